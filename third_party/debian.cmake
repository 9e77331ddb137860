# The Debian package: cpack -G DEB in the build folder, then apt install ./kantor_*.deb
set(documents ${CMAKE_INSTALL_DATAROOTDIR}/doc/kantor)
file(READ LICENSE license)
string(REPLACE "\n\n" "\n.\n" license "${license}")
string(REPLACE "\n" "\n " license " ${license}")
string(STRIP "${license}" license)
file(WRITE ${PROJECT_BINARY_DIR}/copyright
  "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
  "Upstream-Name: Kantor\n\nFiles: *\nCopyright: 2026 The Kantor authors\nLicense: Expat\n"
  " ${license}\n")
find_program(KANTOR_GZIP gzip)
mark_as_advanced(KANTOR_GZIP)
if(KANTOR_GZIP)
  # lintian checks for a changelog in Debian's format; the text is in CHANGELOG.md.
  string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
  file(WRITE ${PROJECT_BINARY_DIR}/changelog "kantor (${PROJECT_VERSION}) unstable; urgency=medium\n\n"
    "  * See CHANGELOG.md.\n\n -- The Kantor authors <maintainers@kantor.example>  ${date}\n")
  execute_process(COMMAND ${KANTOR_GZIP} --force --keep --no-name --best ${PROJECT_BINARY_DIR}/changelog)
  install(FILES ${PROJECT_BINARY_DIR}/changelog.gz DESTINATION ${documents} COMPONENT library)
endif()
install(FILES ${PROJECT_BINARY_DIR}/copyright CHANGELOG.md README.md DESTINATION ${documents} COMPONENT library)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME kantor)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "deep-learning engine with Lipschitz-constrained layers")
set(CPACK_PACKAGE_DESCRIPTION "Tensors with automatic differentiation of any order, convolutions with
bounded and certified Lipschitz constants, a laboratory for Wasserstein and
other GANs, and programs that compute Inception Score, FID and further scores.
Headers, static libraries and programs.")
set(CPACK_PACKAGE_CONTACT "The Kantor authors <maintainers@kantor.example>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "gnuplot-nox, g++, cmake, libopenblas-dev")
set(CPACK_DEBIAN_PACKAGE_CONFLICTS plotutils)  # which also has a program named graph
include(CPack)
