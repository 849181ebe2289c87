# bash completion for dsnd
_dsnd() {
  local words=
  if [ "$COMP_CWORD" = 1 ]; then words='--config check-config route hash-password store migrate --version --help'; fi
  if [ "$COMP_CWORD" = 2 ]; then case ${COMP_WORDS[1]} in
    store) words='check recover export' ;;
  esac; fi
  if [ -n "$words" ]; then mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}"); fi
}
complete -o default -F _dsnd dsnd
