// Interrupts (Ctrl-C, SIGTERM) while training: the first asks to finish the step and stop, the
// second ends the program at once.
#pragma once

namespace gan {

void catch_interrupts();  // from now on; before, an interrupt ends the program
void leave_interrupts();  // they end the program again
bool interrupted();

}  // namespace gan
