// Owns that the compiled program runs in the image: its libraries only, read-only, unprivileged.
// Never uses a container engine: the root holds the image's files, the kernel does the rest.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { containerCommand } from "../support/container.ts";
import {
  IMAGE_LIBRARIES,
  loadedLibraries,
  makeImageRoot,
  PROGRAM_IN_IMAGE,
} from "../support/image_root.ts";
import { managerBinary } from "../support/manager_binary.ts";
import { canMakeNamespaces, PodNamespace } from "../support/namespaced_launcher.ts";

const UID = 10_001;
const program = managerBinary();
// A user namespace has no second uid to run the program as.
const why = program === undefined
  ? "the program is not compiled (deno task compile)"
  : Deno.uid() !== 0 || !canMakeNamespaces()
  ? "mounting and changing the user need root"
  : undefined;

Deno.test({
  name: "the program loads exactly the libraries that distroless/cc has for it",
  ignore: program === undefined || Deno.build.arch !== "x86_64",
  fn() {
    const loaded = loadedLibraries(program ?? "").map(({ name }) => name);
    assertEquals(loaded.toSorted(), Object.values(IMAGE_LIBRARIES).flat().toSorted());
  },
});

Deno.test({
  name: "the program runs in a root of only its image's files, as uid 10001, read-only, no shell",
  ignore: why !== undefined,
  async fn(t) {
    const dir = await Deno.makeTempDir({ prefix: "forge-image-" });
    await Deno.chmod(dir, 0o755);
    const root = `${dir}/root`;
    await makeImageRoot(root, { program: program ?? "" });
    const pod = await PodNamespace.start();

    async function run(...command: readonly string[]): Promise<{ code: number; output: string }> {
      const logPath = `${dir}/log`;
      await Deno.writeTextFile(logPath, "");
      const inRoot = containerCommand(command, { root, uid: UID, gid: UID });
      const { code } = await pod.launch({ ...inRoot, logPath }).exited;
      return { code, output: await Deno.readTextFile(logPath) };
    }

    try {
      await t.step("version", async () => {
        const { code, output } = await run(PROGRAM_IN_IMAGE, "version");
        assertEquals(code, 0, output);
        assertStringIncludes(output, "cardano-forge-manager ");
      });
      await t.step("the definitions of its resources", async () => {
        const { code, output } = await run(PROGRAM_IN_IMAGE, "crds");
        assertEquals(code, 0, output);
        assertStringIncludes(output, "kind: CustomResourceDefinition");
      });
      await t.step("run without settings says what is missing and exits 78", async () => {
        const { code, output } = await run(PROGRAM_IN_IMAGE, "run");
        assertEquals(code, 78, output);
        assertStringIncludes(output, "POD_NAME");
      });
      await t.step("there is no shell", async () => {
        const { code, output } = await run("/bin/sh", "-c", "true");
        assertEquals(code, 127, output);
      });
      await t.step("nothing can be written, not even where every user may", async () => {
        const { code, output } = await run(
          PROGRAM_IN_IMAGE,
          ...["simulated-node", "--socket-path", "/tmp/node.socket", "--sim-record", "/tmp/record"],
        );
        assertEquals(code === 0, false, output);
        assertStringIncludes(output, "Read-only file system");
      });
    } finally {
      await pod.end();
      await Deno.remove(dir, { recursive: true });
    }
  },
});
