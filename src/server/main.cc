#include "server/commands.h"

int main(int argc, char** argv) {
  auto parsed = server::parse_command_line(argc, argv);
  return parsed.run ? parsed.invocation.command(parsed.invocation.options) : parsed.exit_code;
}
