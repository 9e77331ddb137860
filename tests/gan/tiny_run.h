// The smallest run: options of `gan train` behind --out or --steps.
#pragma once

#include <string>

inline const std::string kTiny = " --preset sn-small --data shapes --set batch=2 g.batch=2 ";
