# CUDA: found where it is, never required. Sets KANTOR_CUDA_FOUND, enables the language and gives the
# targets CUDA::cudart_static and CUDA::cublas.
option(KANTOR_CUDA "Build the CUDA backend where nvcc is found" ON)
set(KANTOR_CUDA_FOUND OFF)
if(NOT KANTOR_CUDA)
  return()
endif()

if(NOT DEFINED CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
  find_program(KANTOR_NVCC nvcc HINTS /usr/local/cuda/bin)
  mark_as_advanced(KANTOR_NVCC)
  if(KANTOR_NVCC)
    set(ENV{CUDACXX} ${KANTOR_NVCC})
  endif()
endif()
# For the GPU of this machine or, where there is none, for Hopper and, by its intermediate code, for
# later ones: enough to check what nvcc says, in half the time of three. CUDAARCHS in the environment
# overrides: a build for other machines takes CUDAARCHS='75;80;90'.
set(without_gpu 90)
if(NOT CMAKE_CUDA_ARCHITECTURES AND DEFINED ENV{CUDAARCHS})
  set(CMAKE_CUDA_ARCHITECTURES $ENV{CUDAARCHS})
elseif(NOT CMAKE_CUDA_ARCHITECTURES)
  execute_process(COMMAND nvidia-smi -L RESULT_VARIABLE no_gpu OUTPUT_QUIET ERROR_QUIET)
  if(no_gpu)
    set(CMAKE_CUDA_ARCHITECTURES ${without_gpu})
  else()
    set(CMAKE_CUDA_ARCHITECTURES native)
  endif()
endif()
include(CheckLanguage)
check_language(CUDA)
find_package(CUDAToolkit 12 QUIET)  # C++20, cudaGraphInstantiate with three arguments
set(why)
if(CMAKE_CUDA_COMPILER AND TARGET CUDA::cublas AND TARGET CUDA::cudart_static)
  enable_language(CUDA)
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # nvcc knows C++20, CMake 3.25 does not know that
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  endif()
  # nvidia-smi may list a GPU that programs do not see: the driver is older than the toolkit.
  if("${CMAKE_CUDA_ARCHITECTURES}" STREQUAL native AND NOT CMAKE_CUDA_ARCHITECTURES_NATIVE)
    set(CMAKE_CUDA_ARCHITECTURES ${without_gpu})
    set(why ", for Hopper and later: programs see no GPU here")
  endif()
  set(KANTOR_CUDA_FOUND ON)
elseif(CUDAToolkit_VERSION AND CUDAToolkit_VERSION VERSION_LESS 12)
  set(why ", since CUDA ${CUDAToolkit_VERSION} is older than 12")
endif()
message(STATUS "CUDA backend: ${KANTOR_CUDA_FOUND}${why}")
