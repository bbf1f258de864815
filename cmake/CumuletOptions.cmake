# How every target is compiled and linked.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# One code model for libraries and programs, so that all of them can share the precompiled header.
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)
add_compile_options(-fPIE)
add_link_options(-pie)

option(CUMULET_FUZZ "build the libFuzzer targets (implies instrumentation of everything)" OFF)
set(CUMULET_SANITIZE "" CACHE STRING "sanitizers for every target, as -fsanitize= takes them: address,undefined or thread")

# Beast, Asio and the operation tables lean on std::expected, for which libstdc++ 12 asks clang 19's concepts level.
add_compile_options(-Wall -Wextra -Werror -Wno-missing-field-initializers -fno-plt)
add_compile_options($<$<CONFIG:Release>:-march=x86-64-v2> $<$<CONFIG:Release>:-g1> $<$<CONFIG:Release>:-gdwarf-4>)  # valgrind of Debian 12 reads no later DWARF
add_compile_definitions(BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_DATE_TIME
                        BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16  # frames of coroutines kept by each thread; a request nests about ten
                        BOOST_BEAST_USE_STD_STRING_VIEW
                        SPDLOG_NO_SOURCE_LOC)
add_link_options(-fuse-ld=lld)

if(CUMULET_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(CUMULET_SANITIZE)
  add_compile_options(-fsanitize=${CUMULET_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CUMULET_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # The precompiled header is found by content; without these ccache passes it over.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
  set(CMAKE_PCH_INSTANTIATE_TEMPLATES ON)
endif()
