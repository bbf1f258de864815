# Read by cpack before it makes a package. Without dpkg-shlibdeps it would make one that depends on no library, and say nothing.
# Its own searches are repeated here, so that a tool that it would find is found.
if(CPACK_GENERATOR STREQUAL "DEB")
  find_program(SHLIBDEPS_EXECUTABLE dpkg-shlibdeps)
  find_program(FILE_EXECUTABLE file)
  foreach(tool SHLIBDEPS_EXECUTABLE FILE_EXECUTABLE)
    if(NOT ${tool})
      message(FATAL_ERROR "A Debian package needs the programs dpkg-shlibdeps and file, to find the libraries that it depends on: "
                          "run \"tools/packages.sh package\", or apt-get install dpkg-dev file.")
    endif()
  endforeach()
endif()
