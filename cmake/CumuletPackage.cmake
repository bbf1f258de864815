# What an installation consists of, and the Debian package:
#   cmake --install build/release --prefix ~/cumulet
#   cd build/release && cpack -G DEB      makes cumulet_VERSION_amd64.deb; `tools/packages.sh package` installs what that takes
include(GNUInstallDirs)

if(TARGET cumulet)
  install(TARGETS cumulet RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

find_program(GZIP gzip REQUIRED)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/cumulet.1.gz
                   COMMAND ${GZIP} -9nc ${CMAKE_SOURCE_DIR}/packaging/cumulet.1 > ${CMAKE_BINARY_DIR}/cumulet.1.gz
                   DEPENDS ${CMAKE_SOURCE_DIR}/packaging/cumulet.1 VERBATIM)
add_custom_target(cumulet_man ALL DEPENDS ${CMAKE_BINARY_DIR}/cumulet.1.gz)

install(FILES ${CMAKE_BINARY_DIR}/cumulet.1.gz DESTINATION share/man/man1)
install(FILES packaging/cumulet.bash DESTINATION share/bash-completion/completions RENAME cumulet)
install(FILES packaging/cumulet.service DESTINATION lib/systemd/system)
install(FILES packaging/debian/copyright README.md DESTINATION share/doc/cumulet)
# Of an installation in /usr the settings are in /etc, of any other one below it. Which it is, is known only then.
install(CODE "
  set(etc \"\${CMAKE_INSTALL_PREFIX}/etc\")
  if(CMAKE_INSTALL_PREFIX STREQUAL \"/usr\")
    set(etc /etc)
  endif()
  file(INSTALL DESTINATION \"\${etc}/cumulet\" TYPE FILE FILES \"${CMAKE_SOURCE_DIR}/packaging/cumulet.toml\")
  file(INSTALL DESTINATION \"\${etc}/logrotate.d\" TYPE FILE RENAME cumulet FILES \"${CMAKE_SOURCE_DIR}/packaging/cumulet.logrotate\")")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cumulet)
set(CPACK_PACKAGE_VENDOR Cumulet)
set(CPACK_PACKAGE_CONTACT "The authors of Cumulet <maintainers@cumulet.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Amazon's storage API on your machine")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Cumulet speaks Amazon's S3 API: every client of AWS works with nothing changed
but the endpoint. What it acknowledged is on the disk, and wrong bytes are
never served.")
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_SOURCE_DIR}/cmake/CumuletPackageTools.cmake)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, init-system-helpers")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packaging/debian/${script})
endforeach()
include(CPack)
