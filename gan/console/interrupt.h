// Signals while work is done that must not be lost. An interrupt is Ctrl-C (SIGINT), SIGTERM or the
// SIGHUP of a terminal that closes (unless nohup has the program ignore it): the first asks to
// finish the step at hand and stop, and is answered on stderr at once; the second ends the program.
#pragma once

namespace gan::console {

// From now on; before, an interrupt ends the program by the signal. `answer` is a line that lives
// as long as the program.
void catch_interrupts(const char* answer);
// An interrupt ends the program with status 1 and these words: while nothing needs to be saved.
void end_on_interrupt(const char* last_words);
bool interrupted();

// From now on, output to a pipe whose reader is gone (SIGPIPE) or to a terminal that has closed is
// lost, and the work goes on.
void outlive_readers();

}  // namespace gan::console
