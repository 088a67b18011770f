"""Scripts that a shell sources to ask a command for completions."""

from __future__ import annotations

from tfaip.params.commandline.declared.builtin import COMPLETION_VARIABLE

__all__ = ["completion_script"]

# COMP_LINE instead of COMP_WORDS: bash would cut --a=b and module:Class into pieces.
_BASH = """\
{function}() {{
    local line="${{COMP_LINE:0:COMP_POINT}}" words
    read -ra words <<< "$line"
    [[ "$line" == *[[:space:]] ]] && words+=("")
    mapfile -t COMPREPLY < <({variable}=bash "${{words[0]}}" "${{words[@]:1}}" 2>/dev/null)
    [[ -z "${{COMPREPLY[*]}}" ]] && COMPREPLY=()
}}
complete -o default -F {function} {prog}
"""

_ZSH = """\
#compdef {prog}
{function}() {{
    local -a found
    found=("${{(@f)$({variable}=zsh "${{words[1]}}" "${{(@)words[2,CURRENT]}}" 2>/dev/null)}}")
    if [[ -n "${{found[*]}}" ]]; then
        compadd -- "${{found[@]}}"
    else
        _files
    fi
}}
compdef {function} {prog}
"""

_FISH = """\
function {function}
    set -l words (commandline -opc) (commandline -ct)
    set -l found (env {variable}=fish $words[1] $words[2..-1] 2>/dev/null)
    if test -n "$found"
        printf '%s\\n' $found
    else
        __fish_complete_path (commandline -ct)
    end
end
complete -c {prog} -f -a '({function})'
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def completion_script(prog: str, shell: str) -> str:
    """The script for `bash`, `zsh` or `fish`: `eval "$(prog --show-completion bash)"`."""
    function = "_complete_" + "".join(c if c.isalnum() else "_" for c in prog)
    return _SCRIPTS[shell].format(prog=prog, function=function, variable=COMPLETION_VARIABLE)
