// Signals during work that must not be lost. An interrupt is Ctrl-C (SIGINT), SIGTERM or SIGHUP
// from a closing terminal (unless nohup makes the program ignore it). The first requests a stop
// after the current step and is acknowledged on stderr at once; the second ends the program.
#pragma once

namespace gan::console {

// Starts catching interrupts; before, an interrupt ends the program by the signal. `answer` is a
// line that must live as long as the program.
void catch_interrupts(const char* answer);
// From now on an interrupt ends the program with status 1 and this message, because nothing needs
// saving.
void end_on_interrupt(const char* last_words);
bool interrupted();

// From now on, output to a closed pipe (SIGPIPE) or a closed terminal is dropped, and the work
// continues.
void outlive_readers();

}  // namespace gan::console
