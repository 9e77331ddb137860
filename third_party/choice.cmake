# kantor_choice(NAME help): an option with the values ON (required), OFF and AUTO (used if found), by
# default AUTO.
function(kantor_choice name help)
  get_property(type CACHE ${name} PROPERTY TYPE)
  if(type STREQUAL "BOOL" AND ${name})  # a build folder from when ON meant AUTO
    unset(${name} CACHE)
  endif()
  set(${name} AUTO CACHE STRING "${help}: ON, OFF, or AUTO if found")
  set_property(CACHE ${name} PROPERTY STRINGS ON OFF AUTO)
  string(TOUPPER "${${name}}" value)
  if(NOT value MATCHES "^(ON|OFF|AUTO|TRUE|FALSE|YES|NO|1|0)$")
    message(FATAL_ERROR "${name}=${${name}} is unknown; use ON, OFF or AUTO")
  endif()
endfunction()
