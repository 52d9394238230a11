# bash completion for sitemon; needs nothing but bash
_sitemon() {
  local words=() values=() current kept value line=${COMP_LINE:0:COMP_POINT}
  # The words as bash runs them: readline would split them at ":" and "=" too.
  read -a words <<< "$line"
  [[ $line == *[[:space:]] && $line != *\\? ]] && words+=('')
  current=${words[${#words[@]} - 1]}
  # What readline leaves in place of the current word.
  kept=${current%"${current##*[:=]}"}
  [[ $COMP_WORDBREAKS == *:* ]] || kept=
  while IFS=$'\t' read -r value _; do
    values+=("$value")
  done < <("${1/#\~/$HOME}" complete -- "${words[@]:1}" 2> /dev/null)
  COMPREPLY=()
  ((${#values[@]})) || return
  # The last line is a number for other shells.
  for value in "${values[@]:0:${#values[@]} - 1}"; do
    [[ $value == */ ]] && compopt -o nospace 2> /dev/null
    printf -v value %q "${value#"$kept"}"
    COMPREPLY+=("$value")
  done
}
complete -F _sitemon sitemon
