# cumulet_module(NAME [USES module...] [LIBRARIES lib...])
#
# A folder under src/ is a namespace, a static library and a layer. Every *.cc in it that is not a test is compiled into the
# library cumulet_NAME; every *_test.cc into one GoogleTest program NAME_test. Sources are found by name, so that a new
# file needs no edit here.
function(cumulet_module NAME)
  cmake_parse_arguments(ARG "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${NAME}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(TRANSFORM ARG_USES PREPEND cumulet_)

  if(NOT sources)  # headers only, so far
    add_library(cumulet_${NAME} INTERFACE)
    target_include_directories(cumulet_${NAME} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(cumulet_${NAME} INTERFACE ${ARG_USES})
    return()
  endif()
  add_library(cumulet_${NAME} STATIC ${sources})
  target_include_directories(cumulet_${NAME} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(cumulet_${NAME} PUBLIC ${ARG_USES} PRIVATE ${ARG_LIBRARIES} PUBLIC Threads::Threads)
  cumulet_precompile(cumulet_${NAME})

  if(tests)
    add_executable(${NAME}_test ${tests})
    target_link_libraries(${NAME}_test PRIVATE cumulet_${NAME} ${ARG_LIBRARIES} GTest::gmock GTest::gtest_main)
    cumulet_precompile(${NAME}_test)
    add_test(NAME unit.${NAME} COMMAND ${NAME}_test)
  endif()
endfunction()

# One light precompiled header, made once per kind of target and shared.
function(cumulet_precompile TARGET)
  if(NOT TARGET cumulet_pch)
    file(WRITE ${CMAKE_BINARY_DIR}/pch.cc "// carries the precompiled header\n")
    add_library(cumulet_pch STATIC ${CMAKE_BINARY_DIR}/pch.cc)
    target_include_directories(cumulet_pch PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(cumulet_pch PUBLIC Threads::Threads)
    target_precompile_headers(cumulet_pch PRIVATE ${CMAKE_SOURCE_DIR}/src/base/pch.h)
  endif()
  target_precompile_headers(${TARGET} REUSE_FROM cumulet_pch)
endfunction()
