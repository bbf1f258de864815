# Completion of cumulet for bash. Needs no functions of the bash-completion package.

_cumulet_words() {
  local IFS=$'\n'
  COMPREPLY=($(compgen -W "${1// /$'\n'}" -- "$2"))
}

_cumulet_paths() {  # OPTION-OF-COMPGEN WORD
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$2"))
}

# The first words that are no options: the command, and what follows it.
_cumulet_command() {
  local i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${COMP_WORDS[i]}" in
      --data|--listen|--region|--host|--config|--access-log|--log-level|--threads|--max-connections|--max-requests|--format) ((i++)) ;;
      -*) ;;
      *) printf '%s ' "${COMP_WORDS[i]}" ;;
    esac
  done
}

_cumulet() {
  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD - 1]}"
  COMPREPLY=()
  case "$before" in
    --data) _cumulet_paths -d "$word"; return ;;
    --config|--access-log) _cumulet_paths -f "$word"; return ;;
    --log-level) _cumulet_words "debug info warning error" "$word"; return ;;
    --format)
      case "$(_cumulet_command)" in
        "account create "*) _cumulet_words "text env profile json" "$word" ;;
        "account "*) _cumulet_words "text json" "$word" ;;
        *) _cumulet_words "env profile csv" "$word" ;;
      esac
      return ;;
    --listen|--region|--host|--threads|--max-connections|--max-requests) return ;;
  esac
  case "$(_cumulet_command)" in
    "") _cumulet_words "serve credentials account check ca doctor --help --version" "$word" ;;
    "serve "*) _cumulet_words "--data --listen --region --host --config --access-log --log-level --threads --max-connections --max-requests --no-sigv2 --help" "$word" ;;
    "credentials "*) _cumulet_words "--data --format --region --help" "$word" ;;
    "account ") _cumulet_words "create list delete --help" "$word" ;;
    "account create "*|"account list "*|"account delete "*) _cumulet_words "--data --format --help" "$word" ;;
    "check "*) _cumulet_words "--data --repair --help" "$word" ;;
    "ca "*|"doctor "*) _cumulet_words "--data --help" "$word" ;;
  esac
}

complete -F _cumulet cumulet
