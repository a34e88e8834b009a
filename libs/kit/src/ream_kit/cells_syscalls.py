# SPDX-License-Identifier: Apache-2.0
"""Decides which system calls no cell may make, by name, with their numbers on the machines that Ream runs on."""

from __future__ import annotations

_NETWORK = "socket connect bind listen accept accept4"
_OTHER_PROCESSES = (
    "ptrace process_vm_readv process_vm_writev process_madvise pidfd_getfd pidfd_send_signal rt_sigqueueinfo"
    " rt_tgsigqueueinfo migrate_pages move_pages"
)
_KERNEL = (
    "io_uring_setup io_uring_enter io_uring_register bpf perf_event_open userfaultfd keyctl add_key request_key"
    " init_module finit_module delete_module kexec_load kexec_file_load reboot swapon swapoff acct syslog quotactl"
    " settimeofday clock_settime adjtimex clock_adjtime sethostname setdomainname personality"
)
_MOUNTS = (
    "mount umount2 pivot_root chroot move_mount open_tree fsopen fsmount fsconfig fspick mount_setattr unshare setns"
    " open_by_handle_at"
)
_MEMORY_OUTSIDE_LIMITS = "memfd_create memfd_secret shmget msgget semget mq_open"
_ATTRIBUTES = "setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat file_setattr"

DENIED = " ".join((_NETWORK, _OTHER_PROCESSES, _KERNEL, _MOUNTS, _MEMORY_OUTSIDE_LIMITS, _ATTRIBUTES)).split()
"""Refused with EPERM. io_uring is among them because it makes calls that no filter sees."""

_FILE_ATTRIBUTES = "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes utimensat futimesat"
_PRIORITIES = "setpriority ioprio_set"

PRETENDED = f"{_FILE_ATTRIBUTES} {_PRIORITIES}".split()
"""Answered as done, and not done: libraries want them on their own files, Landlock does not hold them off others."""

UNKNOWN = ["clone3"]
"""Answered as if the kernel were older: the flags lie in memory, where no filter sees them; callers take `clone`."""

_X86_64 = """
socket 41 connect 42 bind 49 listen 50 accept 43 accept4 288 ptrace 101 process_vm_readv 310 process_vm_writev 311
process_madvise 440 pidfd_getfd 438 pidfd_send_signal 424 rt_sigqueueinfo 129 rt_tgsigqueueinfo 297 migrate_pages 256
move_pages 279 setpriority 141 ioprio_set 251 io_uring_setup 425 io_uring_enter 426 io_uring_register 427 bpf 321
perf_event_open 298 userfaultfd 323 keyctl 250 add_key 248 request_key 249 init_module 175 finit_module 313
delete_module 176 kexec_load 246 kexec_file_load 320 reboot 169 swapon 167 swapoff 168 acct 163 syslog 103 quotactl 179
settimeofday 164 clock_settime 227 adjtimex 159 clock_adjtime 305 sethostname 170 setdomainname 171 personality 135
mount 165 umount2 166 pivot_root 155 chroot 161 move_mount 429 open_tree 428 fsopen 430 fsmount 432 fsconfig 431
fspick 433 mount_setattr 442 unshare 272 setns 308 open_by_handle_at 304 memfd_create 319 memfd_secret 447 shmget 29
msgget 68 semget 64 mq_open 240 setxattr 188 lsetxattr 189 fsetxattr 190 setxattrat 463 removexattr 197
lremovexattr 198 fremovexattr 199 removexattrat 466 file_setattr 469 chmod 90 fchmod 91 fchmodat 268 fchmodat2 452
chown 92 fchown 93 lchown 94 fchownat 260 utime 132 utimes 235 utimensat 280 futimesat 261 clone3 435 clone 56 fork 57
vfork 58 execve 59 execveat 322 kill 62 tkill 200 tgkill 234 prlimit64 302
"""

_AARCH64 = """
socket 198 connect 203 bind 200 listen 201 accept 202 accept4 242 ptrace 117 process_vm_readv 270 process_vm_writev 271
process_madvise 440 pidfd_getfd 438 pidfd_send_signal 424 rt_sigqueueinfo 138 rt_tgsigqueueinfo 240 migrate_pages 238
move_pages 239 setpriority 140 ioprio_set 30 io_uring_setup 425 io_uring_enter 426 io_uring_register 427 bpf 280
perf_event_open 241 userfaultfd 282 keyctl 219 add_key 217 request_key 218 init_module 105 finit_module 273
delete_module 106 kexec_load 104 kexec_file_load 294 reboot 142 swapon 224 swapoff 225 acct 89 syslog 116 quotactl 60
settimeofday 170 clock_settime 112 adjtimex 171 clock_adjtime 266 sethostname 161 setdomainname 162 personality 92
mount 40 umount2 39 pivot_root 41 chroot 51 move_mount 429 open_tree 428 fsopen 430 fsmount 432 fsconfig 431
fspick 433 mount_setattr 442 unshare 97 setns 268 open_by_handle_at 265 memfd_create 279 memfd_secret 447 shmget 194
msgget 186 semget 190 mq_open 180 setxattr 5 lsetxattr 6 fsetxattr 7 setxattrat 463 removexattr 14 lremovexattr 15
fremovexattr 16 removexattrat 466 file_setattr 469 fchmod 52 fchmodat 53 fchmodat2 452 fchown 55 fchownat 54
utimensat 88 clone3 435 clone 220 execve 221 execveat 281 kill 129 tkill 130 tgkill 131 prlimit64 261
"""


def _table(text: str) -> dict[str, int]:
    words = text.split()
    return {name: int(number) for name, number in zip(words[::2], words[1::2], strict=True)}


NUMBERS = {"x86_64": _table(_X86_64), "aarch64": _table(_AARCH64)}
