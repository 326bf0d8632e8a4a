#!/bin/sh
# Installs plimsoll and puts its hook into git repositories. POSIX sh; run it again at any time.
set -eu

usage() {
    cat <<'USAGE'
usage: install.sh [--prefix DIR] [--binary FILE] [WHERE...] [WHICH] [--dry-run | --uninstall | --check]

Builds plimsoll (or takes FILE) and installs it as DIR/bin/plimsoll; DIR is /usr/local for root,
else ~/.local. Then puts the hook into every WHERE:
  --repo DIR          one repository, bare or not
  --below DIR         every repository below DIR
  --hooks-path DIR    fills DIR and points core.hooksPath at it, for every repository of this user
                      (--scope global, the default) or machine (--scope system)
WHICH hook:
  (none)              pre-receive: the whole push is accepted or refused
  --update            update: each ref by itself
  --pre-push          pre-push: on the client, before anything is sent
A hook that is already there is kept: it moves to pre-receive.d/ (update.d/, pre-push.d/) and runs
after plimsoll with the same input. Under Gitea, Forgejo and Soft Serve, whose pre-receive runs
pre-receive.d/, the hook goes there as pre-receive.d/plimsoll.

  --dry-run           says what would be done and does nothing
  --uninstall         takes the hook out of every WHERE and puts back what was there;
                      without WHERE removes the binary
  --check             says whether git will run the hook in every WHERE, as the repository's owner;
                      exits 1 if not
USAGE
}

die() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
say() { printf '%s\n' "$*"; }
did() { [ "$dry" ] || say "$@"; }
# Does what it is given, or says so.
run() {
    if [ "$dry" ]; then say "would: $*"; else "$@"; fi
}
# The same place by a path that leads through no `..`: what it leads through may go away.
absolute() {
    case $1 in /*) there=$1 ;; *) there=$(pwd)/$1 ;; esac
    below=''
    while [ ! -d "$there" ]; do
        below=/${there##*/}$below
        there=${there%/*}
        [ "$there" ] || there=/
    done
    there=$(cd "$there" && pwd)
    printf '%s\n' "${there%/}$below"
}
is_shim() { [ -f "$1" ] && grep -q '^# plimsoll shim' "$1"; }

# The hooks that core.hooksPath would hide, besides the one that is installed. Not among them:
# reference-transaction, which would cost every ref update two shells.
hidden='applypatch-msg commit-msg post-applypatch post-checkout post-commit post-merge post-receive
post-rewrite post-update pre-applypatch pre-auto-gc pre-commit pre-merge-commit pre-push pre-rebase
pre-receive prepare-commit-msg proc-receive push-to-checkout update'

source_dir=$(cd "$(dirname "$0")" && pwd)
prefix='' binary='' event=pre-receive scope=global mode=install dry='' targets=''
bad=0

# --- the binary ------------------------------------------------------------------------------

install_binary() {
    if [ -z "$binary" ]; then build; fi
    if [ ! "$dry" ]; then
        if ! [ -f "$binary" ] || ! [ -x "$binary" ]; then die "$binary is no program"; fi
    fi
    if cmp -s "$binary" "$dest"; then
        say "$dest is up to date"
        return
    fi
    run mkdir -p "$prefix/bin"
    run cp "$binary" "$dest.new"
    run chmod 755 "$dest.new"
    run mv -f "$dest.new" "$dest" # at once: a push that runs meanwhile has the old one or the new one
    did "$dest installed"
}

# Statically linked: it starts in half the time, and runs in a chroot that has no libraries. With the
# C library that the system links against, if it has its static part; else with musl; else not at all.
build() {
    command -v cargo >/dev/null || die "cargo is missing: install Rust, or name a built program with --binary"
    host=$(rustc -vV | sed -n 's/^host: //p')
    musl=$(printf '%s\n' "$host" | sed -n 's/-linux-gnu$/-linux-musl/p')
    target=$host flags='-C target-feature=+crt-static -C relocation-model=static'
    if static_libc; then
        say "building plimsoll, statically linked; the first time takes some minutes"
    elif [ "$musl" ] && [ -d "$(rustc --print target-libdir --target "$musl")" ]; then
        target=$musl
        say "building plimsoll, statically linked against musl; the first time takes some minutes"
    else
        flags=''
        say "building plimsoll; the first time takes some minutes"
        say "note: it is not statically linked, for this system has no static C library: it starts more"
        say "note: slowly, and not in a chroot. \`rustup target add ${musl:-…-linux-musl}\` helps."
    fi
    binary=${CARGO_TARGET_DIR:-$source_dir/target}/$target/release/plimsoll
    if [ "$dry" ]; then
        say "would: cargo build --release --locked --target $target"
    else
        (cd "$source_dir" && RUSTFLAGS="${RUSTFLAGS:-} $flags" \
            cargo build --quiet --release --locked --target "$target")
    fi
}

# Whether a program can be linked without a shared library.
static_libc() {
    echo 'int main(void) { return 0; }' | cc -static -x c -o /dev/null - 2>/dev/null
}

# --- one hook file ---------------------------------------------------------------------------

# Writes the shim EVENT to FILE, with the program's path in it. A copy and not a link: git skips a
# link that leads nowhere, and lets every push through.
write_shim() { # EVENT FILE SHARED
    # Quoted twice: for the shell that reads the shim, and for sed.
    quoted=$(printf '%s\n' "$dest" | sed "s/'/'\\\\''/g; s/[\\\\&|]/\\\\&/g")
    new=$(sed "s|^plimsoll=plimsoll\$|plimsoll='$quoted'|; s|^shared=\$|shared=$3|" "$source_dir/hooks/$1" && echo .)
    new=${new%.}
    if [ -f "$2" ] && [ ! -h "$2" ] && [ -x "$2" ] && [ "$(cat "$2" && echo .)" = "$new." ]; then
        say "$2 is up to date"
        return
    fi
    if [ "$dry" ]; then
        say "would: write $2"
        return
    fi
    printf '%s' "$new" >"$2.new"
    chmod 755 "$2.new"
    mv -f "$2.new" "$2"
    say "$2 installed"
}

# Moves FILE to TO; a relative link still leads where it led.
move() { # FILE TO UP
    if [ -h "$1" ]; then
        link=$(readlink "$1")
        case $link in
        /*) ;;
        *) if [ "$3" = down ]; then link=../$link; else link=${link#../}; fi ;;
        esac
        run ln -s "$link" "$2"
        run rm "$1"
    else
        run mv "$1" "$2"
    fi
}

# Whether FILE is one of those that run every file of their own .d folder themselves.
is_delegate() { [ -f "$1" ] && ! is_shim "$1" && grep -q "$event\\.d\|hooks/.*\\.d" "$1"; }

link_hook() { # HOOKS SHARED
    hook=$1/$event
    run mkdir -p "$1"
    if is_delegate "$hook"; then
        run mkdir -p "$hook.d"
        write_shim "$event" "$hook.d/plimsoll" ''
        return
    fi
    if { [ -e "$hook" ] || [ -h "$hook" ]; } && ! is_shim "$hook"; then
        case $(readlink "$hook" || :) in
        *gitolite*) die "$hook belongs to gitolite: put the hook into \$LOCAL_CODE/hooks/common instead (README.md)" ;;
        esac
        [ ! -e "$hook.d/kept" ] || die "both $hook and $hook.d/kept are hooks of yours: move one away"
        run mkdir -p "$hook.d"
        for other in "$hook.d"/*; do
            if [ -f "$other" ] && [ -x "$other" ]; then say "note: $other will run now, too"; fi
        done
        move "$hook" "$hook.d/kept" down
        did "the hook that was there is kept as $hook.d/kept"
    fi
    write_shim "$event" "$hook" "$2"
}

unlink_hook() { # HOOKS SHARED
    hook=$1/$event
    if is_shim "$hook.d/plimsoll"; then
        run rm "$hook.d/plimsoll"
        did "$hook.d/plimsoll removed"
    fi
    is_shim "$hook" || return 0
    run rm "$hook"
    if [ -e "$hook.d/kept" ] || [ -h "$hook.d/kept" ]; then
        move "$hook.d/kept" "$hook" up
        [ "$dry" ] || rmdir "$hook.d" 2>/dev/null || : # others may be in it
        did "$hook is again what it was"
    else
        did "$hook removed"
    fi
}

# --- where -----------------------------------------------------------------------------------

# The directory that holds the hooks of the repository at $1: into `git_dir`.
find_git_dir() {
    if [ -d "$1/objects" ] && [ -d "$1/refs" ] && [ -f "$1/HEAD" ]; then
        git_dir=$1
    elif [ -d "$1/.git" ]; then
        git_dir=$1/.git
    elif [ -f "$1/.git" ]; then
        git_dir=$(sed -n 's/^gitdir: //p' "$1/.git")
        case $git_dir in /*) ;; *) git_dir=$1/$git_dir ;; esac
        if [ -f "$git_dir/commondir" ]; then git_dir=$git_dir/$(cat "$git_dir/commondir"); fi
    else
        die "$1 is no git repository"
    fi
}

repository() { # DIR
    find_git_dir "$1"
    # --git-dir: the owner may be another user, and git asks for its trust otherwise.
    elsewhere=$(git --git-dir="$git_dir" config core.hooksPath || :)
    if [ "$elsewhere" ] && [ "$mode" != uninstall ]; then
        case $mode in
        check) problem "core.hooksPath is $elsewhere: git does not look into $git_dir/hooks"; return ;;
        *) die "core.hooksPath is $elsewhere: git does not look into $git_dir/hooks; use --hooks-path" ;;
        esac
    fi
    case $mode in
    install) link_hook "$git_dir/hooks" '' ;;
    uninstall) unlink_hook "$git_dir/hooks" '' ;;
    check) check_hook "$git_dir/hooks" "$git_dir" ;;
    esac
}

below() { # DIR
    [ -d "$1" ] || die "$1 is no directory"
    found=$(find "$1" -type d -name modules -prune -o -type f -name HEAD -print)
    count=0
    while IFS= read -r head <&4; do
        git_dir=${head%/HEAD}
        if ! [ -d "$git_dir/objects" ] || ! [ -d "$git_dir/refs" ]; then continue; fi
        count=$((count + 1))
        repository "$git_dir"
    done 4<<FOUND
$found
FOUND
    [ "$count" -gt 0 ] || die "there is no repository below $1"
}

shared_path() { # DIR
    now=$(git config "--$scope" core.hooksPath || :)
    case $mode in
    install)
        if [ "$now" ] && [ "$now" != "$1" ]; then
            die "core.hooksPath ($scope) is $now already: name that directory, or unset it first"
        fi
        run mkdir -p "$1"
        for name in $hidden; do
            [ "$name" = "$event" ] || [ -e "$1/$name" ] || write_shim pass-on "$1/$name" ''
        done
        link_hook "$1" 1
        [ "$now" ] || run git config "--$scope" core.hooksPath "$1"
        ;;
    uninstall)
        unlink_hook "$1"
        for name in $hidden; do
            if is_shim "$1/$name"; then run rm "$1/$name"; fi
        done
        [ "$now" != "$1" ] || run git config "--$scope" --unset core.hooksPath
        did "core.hooksPath ($scope) no longer leads to $1"
        ;;
    check)
        [ "$now" = "$1" ] || problem "core.hooksPath ($scope) is '$now', not $1"
        check_hook "$1" "$1"
        ;;
    esac
}

# --- check -----------------------------------------------------------------------------------

problem() {
    printf 'problem: %s\n' "$*"
    bad=1
}

# Runs a test as the user who will run the hook.
as_owner() { # OF TEST...
    owner=$(find "$1" -prune -exec ls -ld {} + | awk 'NR == 1 { print $3 }')
    shift
    if [ "$(id -u)" = 0 ] && [ "$owner" != root ]; then
        # shellcheck disable=SC2016 # the inner shell expands it
        su -s /bin/sh -c '"$0" "$@"' "$owner" "$@"
    else
        "$@"
    fi
}

check_hook() { # HOOKS REPOSITORY
    hook=$1/$event
    if is_delegate "$hook"; then
        as_owner "$2" test -x "$hook" || problem "$hook can't be run, git skips it"
        hook=$hook.d/plimsoll
    fi
    if ! is_shim "$hook"; then
        problem "$hook is not plimsoll's"
        return
    fi
    program=$(sed -n "s/^plimsoll='\\(.*\\)'\$/\\1/p" "$hook" | sed "s/'\\\\''/'/g")
    if ! as_owner "$2" test -x "$hook"; then
        problem "$hook can't be run by $owner: git skips it and lets every push through"
    elif ! as_owner "$2" test -x "$program"; then
        problem "$program can't be run by $owner: every push is refused"
    elif ! as_owner "$2" "$program" --version >/dev/null 2>&1; then
        problem "$program does not start for $owner: every push is refused"
    else
        say "$hook is in force"
    fi
}

# --- the command line ------------------------------------------------------------------------

add_target() { # KIND DIR: kept as lines, so a path can't hold a newline
    case $2 in *'
'*) die "a path with a newline: $2" ;; esac
    targets="$targets$1 $(absolute "$2")
"
}

while [ $# -gt 0 ]; do
    case $1 in
    --prefix | --binary | --repo | --below | --hooks-path | --scope)
        [ $# -ge 2 ] || die "$1 needs a value"
        case $1 in
        --prefix) prefix=$(absolute "$2") ;;
        --binary) binary=$(absolute "$2") ;;
        --repo) add_target repository "$2" ;;
        --below) add_target below "$2" ;;
        --hooks-path) add_target shared_path "$2" ;;
        --scope) scope=$2 ;;
        esac
        shift
        ;;
    --update) event=update ;;
    --pre-push) event=pre-push ;;
    --dry-run) dry=1 ;;
    --uninstall) mode=uninstall ;;
    --check) mode=check ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; die "unknown argument $1" ;;
    esac
    shift
done
case $scope in global | system) ;; *) die "--scope is global or system" ;; esac
if [ -z "$prefix" ]; then
    if [ "$(id -u)" = 0 ]; then prefix=/usr/local; else prefix=$HOME/.local; fi
fi
dest=$prefix/bin/plimsoll

case $mode in
install) install_binary ;;
uninstall)
    if [ -z "$targets" ]; then
        run rm -f "$dest"
        did "$dest removed"
    fi
    ;;
check) [ "$targets" ] || die "--check needs --repo, --below or --hooks-path" ;;
esac
while IFS= read -r target <&3; do
    case $target in
    'repository '*) repository "${target#* }" ;;
    'below '*) below "${target#* }" ;;
    'shared_path '*) shared_path "${target#* }" ;;
    esac
done 3<<TARGETS
$targets
TARGETS
exit "$bad"
