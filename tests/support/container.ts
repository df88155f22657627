// Owns the command that runs a program as a container runtime would: own mounts, read-only root, uid.
// Never gives more than asked for: no capability, no way to gain one, no file outside the root.

export interface BindMount {
  readonly source: string;
  /** Absolute, inside the root; made there, as a container runtime does. */
  readonly target: string;
  readonly readOnly: boolean;
}

export interface ContainerOptions {
  readonly root: string;
  readonly uid: number;
  readonly gid: number;
  readonly mounts?: readonly BindMount[];
  /** Beside `gid`, as fsGroup gives. */
  readonly groups?: readonly number[];
  readonly readOnlyRoot?: boolean;
  /** All that the program gets. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs inside a new mount namespace; the shell is the machine's and is gone before the program starts. */
const ENTER = `
set -e
root=$1; rootMode=$2; shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then mkdir -p "$root$2"; else touch "$root$2"; fi
  mount --bind "$1" "$root$2"
  [ "$3" = rw ] || mount -o remount,bind,ro "$root$2"
  shift 3
done
shift
[ "$rootMode" = rw ] || mount -o remount,bind,ro "$root"
exec "$@"
`;

/** Needs root, and is started inside the pod's PID namespace, whose processes /proc then shows. */
export function containerCommand(
  command: readonly string[],
  { root, uid, gid, mounts = [], groups = [], readOnlyRoot = true, env = {} }: ContainerOptions,
): { readonly command: string; readonly args: readonly string[] } {
  const mountArgs = mounts.flatMap(({ source, target, readOnly }) => [
    source,
    target,
    readOnly ? "ro" : "rw",
  ]);
  // With no new privileges and another user than root nothing is left of any capability.
  return {
    command: "unshare",
    args: [
      ...["--mount", "sh", "-c", ENTER, "enter", root, readOnlyRoot ? "ro" : "rw"],
      ...mountArgs,
      "--",
      ...["setpriv", "--no-new-privs", "--inh-caps=-all"],
      ...["env", "-i", ...Object.entries(env).map(([name, value]) => `${name}=${value}`)],
      ...[
        "/usr/sbin/chroot",
        `--userspec=${uid}:${gid}`,
        `--groups=${[gid, ...groups].join(",")}`,
        root,
      ],
      ...command,
    ],
  };
}
