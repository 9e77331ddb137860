# MPI: used if found, required only by -DKANTOR_MPI=ON. Sets KANTOR_MPI_FOUND and defines the target
# MPI::MPI_CXX. Either Open MPI (libopenmpi-dev) or MPICH (libmpich-dev) will do.
include(${CMAKE_CURRENT_LIST_DIR}/choice.cmake)
kantor_choice(KANTOR_MPI "Build for mpirun")
set(KANTOR_MPI_FOUND OFF)
if(KANTOR_MPI STREQUAL "AUTO" OR KANTOR_MPI)
  set(MPI_CXX_SKIP_MPICXX ON)  # the C interface alone
  find_package(MPI COMPONENTS CXX QUIET)
  set(KANTOR_MPI_FOUND ${MPI_CXX_FOUND})
  if(NOT KANTOR_MPI_FOUND AND NOT KANTOR_MPI STREQUAL "AUTO")
    message(FATAL_ERROR "MPI was not found (Debian package libopenmpi-dev): install it, or omit "
                        "-DKANTOR_MPI=${KANTOR_MPI}")
  endif()
endif()
message(STATUS "MPI: ${KANTOR_MPI_FOUND}")
