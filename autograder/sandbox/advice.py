"""What to do where the system does not let bubblewrap run."""

from __future__ import annotations

from pathlib import Path

APPARMOR = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")


def refused_by_the_system(said: str, program: str) -> str | None:
    """Advice for what the bubblewrap `program` wrote before it ended; None where it wrote nothing."""
    complaint = next((line for line in said.splitlines() if line.startswith("bwrap: ")), None)
    if complaint is None:
        return None
    return f"Expected to start bubblewrap, found {complaint!r}. What to do: {_what_to_do(program)}"


def _what_to_do(program: str) -> str:
    if APPARMOR.exists() and APPARMOR.read_text().strip() == "1":
        return (
            "this system's AppArmor keeps ordinary users from namespaces (Ubuntu 23.10 and later). Allow "
            "them to bubblewrap: write `abi <abi/4.0>, include <tunables/global> profile bwrap "
            f"{program} flags=(unconfined) {{ userns, }}` to /etc/apparmor.d/bwrap and run `sudo "
            "apparmor_parser -r /etc/apparmor.d/bwrap`; or allow them to everybody with `sudo sysctl -w "
            "kernel.apparmor_restrict_unprivileged_userns=0`. Else ask for the level `process`, which only "
            "limits."
        )
    return (
        "in a container as root, ask for the level `user`, or start the container with the right to make "
        "namespaces (Docker: `--cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt "
        "apparmor=unconfined`). On a machine of your own, allow user namespaces with `sudo sysctl -w "
        "user.max_user_namespaces=10000`, or ask for the level `process`, which only limits."
    )
