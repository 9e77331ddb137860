# MPI: found where it is, required only by -DKANTOR_MPI=ON. Sets KANTOR_MPI_FOUND and gives the target
# MPI::MPI_CXX. Open MPI (libopenmpi-dev) and MPICH (libmpich-dev) serve alike.
set(KANTOR_MPI AUTO CACHE STRING "Build for mpirun: ON, OFF, or AUTO where MPI is found")
set_property(CACHE KANTOR_MPI PROPERTY STRINGS ON OFF AUTO)
set(KANTOR_MPI_FOUND OFF)
if(KANTOR_MPI STREQUAL "AUTO" OR KANTOR_MPI)
  set(MPI_CXX_SKIP_MPICXX ON)  # the C interface alone
  find_package(MPI COMPONENTS CXX QUIET)
  set(KANTOR_MPI_FOUND ${MPI_CXX_FOUND})
  if(NOT KANTOR_MPI_FOUND AND NOT KANTOR_MPI STREQUAL "AUTO")
    message(FATAL_ERROR "MPI was not found (Debian package libopenmpi-dev): install it, or leave out "
                        "-DKANTOR_MPI=${KANTOR_MPI}")
  endif()
endif()
message(STATUS "MPI: ${KANTOR_MPI_FOUND}")
