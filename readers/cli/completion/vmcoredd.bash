# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of vmcoredd(1) for bash: subcommands, options, files, and for -s the
# names of the dumps in the files that are on the command line already.

# One name a line. Flattened files are listed by their first records, and nobody
# waits longer than two seconds.
_vmcoredd_names() {
  local word
  local -a files=()
  for word in "$@"; do
    [[ -f $word ]] && files+=("$word")
  done
  ((${#files[@]})) || return
  # The JSON has one key a line, and no escapes but \" and \\.
  timeout 2 vmcoredd list --json --leading -- "${files[@]}" 2> /dev/null |
    sed -n 's/^ *"name": "\(.*\)",\{0,1\}$/\1/p' | sed 's/\\\(.\)/\1/g'
}

# Names of layouts, one a line.
_vmcoredd_layouts() {
  timeout 2 vmcoredd layout list --json 2> /dev/null | sed -n 's/^ *"name": "\([a-z0-9-]*\)",$/\1/p'
}

# Names of devlink's things, one a line: `_vmcoredd_devlink_names KIND`, "region" or "health",
# or "own", the reporters of vmcoredd-watch.
_vmcoredd_devlink_names() {
  local -a of=(devlink "$1")
  [[ $1 == own ]] && of=(health)
  timeout 2 vmcoredd "${of[@]}" show 2> /dev/null | sed -n 's/^\([^ ]*\):\( .*\)\{0,1\}$/\1/p'
}

# The words behind "vmcoredd devlink", by their place: options do not count.
_vmcoredd_devlink() {
  local cur=$1 words
  shift
  local -a plain=()
  local word
  for word in "$@"; do [[ $word == -* ]] || plain+=("$word"); done
  if [[ $cur == -* ]]; then
    words="--json --pretty --hex --statistics --Netns --batch --force --Version --typed-json
      --raw --output --words --header --passive --netlink-socket --help"
  else
    case "${plain[*]}" in
      "") words="region health dev param port monitor help" ;;
      region) words="show new del dump read help" ;;
      health) words="show dump diagnose recover test set help" ;;
      "health dump") words="show clear" ;;
      dev) words="show info param help" ;;
      param | "dev param") words="show set" ;;
      port) words="show health help" ;;
      monitor*) words="all dev port health region param" ;;
      "region "[sndr]*)
        if ((${#plain[@]} == 2)); then
          words=$(_vmcoredd_devlink_names region)
        else
          words="snapshot address length"
        fi ;;
      "health dump "* | "health "[sdrt]*)
        if [[ ${plain[-1]} != */* ]]; then
          words=$(_vmcoredd_devlink_names health)
        else
          words="reporter grace_period burst_period auto_recover auto_dump"
        fi ;;
      *) words="name value cmode" ;;
    esac
  fi
  local before=${cur%"${cur##*:}"}
  [[ $COMP_WORDBREAKS == *:* ]] || before=
  while IFS= read -r word; do
    [[ -n $word && $word == "$cur"* ]] && COMPREPLY+=("${word#"$before"}")
  done < <(tr -s '[:space:]' '[\n*]' <<< "$words")
}

# The words behind "vmcoredd health": those of "devlink health", with names of our own.
_vmcoredd_health() {
  local cur=$1 words word
  shift
  local -a plain=()
  for word in "$@"; do [[ $word == -* ]] || plain+=("$word"); done
  if [[ $cur == -* ]]; then
    words="--json --pretty --socket --typed-json --raw --output --passive --help"
  else
    case "${plain[*]}" in
      "") words="show dump diagnose recover test set help" ;;
      dump) words="show clear" ;;
      *)
        if [[ ${plain[-1]} != */* ]]; then
          words=$(_vmcoredd_devlink_names own)
        else
          words="reporter grace_period burst_period auto_recover auto_dump"
        fi ;;
    esac
  fi
  local before=${cur%"${cur##*:}"}
  [[ $COMP_WORDBREAKS == *:* ]] || before=
  while IFS= read -r word; do
    [[ -n $word && $word == "$cur"* ]] && COMPREPLY+=("${word#"$before"}")
  done < <(tr -s '[:space:]' '[\n*]' <<< "$words")
}

_vmcoredd() {
  # Bash has cut words at colons, which are in nearly every dump's name: take the
  # line apart again, at spaces only.
  local line=${COMP_LINE:0:COMP_POINT}
  local -a words
  read -r -a words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  local last=$((${#words[@]} - 1))
  local cur=${words[last]} prev=${words[last - 1]} command=${words[1]} options name

  COMPREPLY=()
  if ((last == 1)); then
    mapfile -t COMPREPLY < <(compgen -W \
      "list info extract show decode diff report timeline redact export layout pack import \
       attach detach verify unflatten \
       prepare record finalise doctor devlink health capture baseline watch \
       --help --version" -- "$cur")
    return
  fi
  if [[ $command == health ]]; then
    _vmcoredd_health "$cur" "${words[@]:2:last-2}"
    return
  fi
  if [[ $command == devlink ]]; then
    if [[ $prev == -o || $prev == --output || $prev == -b || $prev == --batch ]]; then
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
    else
      _vmcoredd_devlink "$cur" "${words[@]:2:last-2}"
    fi
    return
  fi
  case $command in
    list) options="--json --leading" ;;
    info | verify) options="--json" ;;
    extract) options="--select --output --stdout --stored --force --json" ;;
    show) options="--select --offset --length --stored" ;;
    export) options="--select --output --force --no-fields --layouts" ;;
    decode) options="--select --layouts --layout --all --findings --json" ;;
    diff)
      options="--select --with --baseline --sysroot --layouts --layout --all --side-by-side --json"
      ;;
    report) options="--html --json --against --baseline --sysroot --layouts --output --force" ;;
    timeline) options="--json --against --baseline --sysroot --layouts --output --force" ;;
    redact)
      options="--select --drop --keep --keep-unknown --dry-run --layouts --output --compress \
        --force --json"
      ;;
    layout)
      options=
      [[ ${words[2]} == check ]] && options="--layouts"
      [[ ${words[2]} == list ]] && options="--layouts --json"
      [[ ${words[2]} == import ]] &&
        options="--format --name --title --source --peripheral --base --match-pci --match-dump \
          --match-driver --match-region --output --force"
      ;;
    pack) options="--select --file --output --compress --force" ;;
    import)
      options="--format --device --driver --pci --class --region --snapshot --port --reporter --firmware \
        --size --time --source --output --compress --force --json"
      ;;
    attach) options="--yes --force" ;;
    detach) options="--yes" ;;
    unflatten) options="--force" ;;
    capture)
      options="--new --trigger --no-regions --no-health --no-devcoredumps --no-plugins --name \
        --allow --timeout --netns --netlink-socket --config --sysroot --output --kind --list \
        --force --json"
      ;;
    baseline)
      options="--new --trigger --no-regions --no-health --no-devcoredumps --no-plugins --name \
        --allow --timeout --netns --netlink-socket --config --sysroot --if-changed --keep \
        --show --json"
      ;;
    watch) options="--check --once --foreground --netlink-socket --config --sysroot" ;;
    doctor) options="--config --sysroot --json --acknowledge" ;;
    finalise) options="--config --sysroot --directory" ;;
    record) options="--config --sysroot --output --disarm" ;;
    prepare) options="--config --sysroot --output --image --release --if-changed" ;;
    *) return ;;
  esac
  case $prev in
    -s | --select | --with | --drop)
      # What bash thinks of as the current word begins behind the last colon.
      local before=${cur%"${cur##*:}"}
      [[ $COMP_WORDBREAKS == *:* ]] || before=
      while IFS= read -r name; do
        [[ $name == "$cur"* ]] || continue
        printf -v name %q "$name"
        COMPREPLY+=("${name#"$before"}")
      done < <(_vmcoredd_names "${words[@]:2}")
      return
      ;;
    --length)
      mapfile -t COMPREPLY < <(compgen -W all -- "$cur")
      return
      ;;
    --format)
      if [[ $command == layout ]]; then
        mapfile -t COMPREPLY < <(compgen -W "crashlog-csv svd" -- "$cur")
        return
      fi
      mapfile -t COMPREPLY < <(compgen -W \
        "region health-dump health-diagnose health-show mstdump lspci raw" -- "$cur")
      return
      ;;
    --allow)
      mapfile -t COMPREPLY < <(compgen -W "passive side-effect intrusive" -- "$cur")
      return
      ;;
    --kind)
      mapfile -t COMPREPLY < <(compgen -W "live baseline" -- "$cur")
      return
      ;;
    --keep)
      [[ $command == redact ]] &&
        mapfile -t COMPREPLY < <(compgen -W "mac serial payload secret host" -- "$cur")
      return
      ;;
    --offset | --release | --timeout | --name | --netns) return ;;
    --device | --driver | --pci | --class | --region | --snapshot | --port | --reporter | --firmware | \
      --time | --source) return ;;
    --title | --peripheral | --base | --match-pci | --match-dump | --match-driver | \
      --match-region) return ;;
    --layout)
      mapfile -t COMPREPLY < <(compgen -W "$(_vmcoredd_layouts)" -- "$cur")
      return
      ;;
    --sysroot | --directory | --layouts)
      compopt -o filenames 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      return
      ;;
  esac
  if [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$options --help" -- "$cur")
    return
  fi
  if [[ $command == layout && $last == 2 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "check list import" -- "$cur")
    return
  fi
  if [[ $command == export && $last == 2 ]]; then
    mapfile -t COMPREPLY < <(compgen -W "lspci sysfs mstdump devlink-json raw jsonl sqlite" -- "$cur")
    return
  fi
  compopt -o filenames 2> /dev/null
  if [[ $command == extract && ($prev == -o || $prev == --output) ]]; then
    mapfile -t COMPREPLY < <(compgen -d -- "$cur")
  else
    mapfile -t COMPREPLY < <(compgen -f -- "$cur")
  fi
}

complete -F _vmcoredd vmcoredd
