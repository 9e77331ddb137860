# What `cmake --install` installs, and how other projects find it: find_package(Kantor), pkg-config,
# and the Debian package made by cpack.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Other projects link Kantor::ROOM.
function(kantor_install room)
  set_target_properties(kantor_${room} PROPERTIES EXPORT_NAME ${room})
  install(TARGETS kantor_${room} EXPORT Kantor ARCHIVE COMPONENT library)
  set_property(GLOBAL APPEND PROPERTY KANTOR_INSTALLED kantor_${room})
endfunction()

# kantor_install_program(target): a program, and its manual page, which its --help determines.
function(kantor_install_program target)
  install(TARGETS ${target} COMPONENT programs)
  find_program(KANTOR_PYTHON python3)
  mark_as_advanced(KANTOR_PYTHON)
  if(NOT PROJECT_IS_TOP_LEVEL OR NOT KANTOR_PYTHON OR CMAKE_CROSSCOMPILING)
    return()
  endif()
  get_target_property(name ${target} OUTPUT_NAME)
  if(NOT name)
    set(name ${target})
  endif()
  set(page ${CMAKE_CURRENT_BINARY_DIR}/${name}.1.gz)
  add_custom_command(OUTPUT ${page} DEPENDS ${target} ${PROJECT_SOURCE_DIR}/tools/man_page VERBATIM
    COMMAND ${KANTOR_PYTHON} ${PROJECT_SOURCE_DIR}/tools/man_page $<TARGET_FILE:${target}>
            ${PROJECT_VERSION} ${page})
  add_custom_target(kantor_man_${name} ALL DEPENDS ${page})
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT programs)
endfunction()

function(kantor_install_package)
  set(headers ${CMAKE_INSTALL_INCLUDEDIR}/kantor)
  set(rooms engine layers)
  set(private PATTERN cpu EXCLUDE PATTERN cuda EXCLUDE)
  if(KANTOR_LABORATORY)
    list(APPEND rooms datasets gan)
  else()
    list(APPEND private PATTERN graph EXCLUDE)
  endif()
  install(DIRECTORY ${rooms} DESTINATION ${headers} COMPONENT library
    FILES_MATCHING PATTERN *.h PATTERN *.def ${private})
  install(FILES ${PROJECT_BINARY_DIR}/engine/ops/pointwise_functions.h
    DESTINATION ${headers}/engine/ops COMPONENT library)

  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/Kantor)
  install(EXPORT Kantor NAMESPACE Kantor:: DESTINATION ${package} COMPONENT library)
  configure_package_config_file(third_party/KantorConfig.cmake.in KantorConfig.cmake
    INSTALL_DESTINATION ${package})
  write_basic_package_version_file(KantorConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/KantorConfig.cmake
    ${PROJECT_BINARY_DIR}/KantorConfigVersion.cmake DESTINATION ${package} COMPONENT library)

  if(PROJECT_IS_TOP_LEVEL)
    set(cuda_libraries)
    if(KANTOR_CUDA_FOUND)
      set(cuda_libraries "${CUDA_cudart_static_LIBRARY} -ldl -lrt")
    endif()
    file(RELATIVE_PATH up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)  # --prefix moves all
    configure_file(third_party/kantor.pc.in kantor.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/kantor.pc
      DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
    include(third_party/debian.cmake)
  endif()
endfunction()
