// Owns the images that a rendered pod names: ours, and one in which a node is simulated.
// Never pulls anything: roots are folders made here.

import { makeImageRoot, PROGRAM_IN_IMAGE } from "../image_root.ts";
import type { Image } from "./container_run.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const NODE_IN_IMAGE = "/usr/local/bin/cardano-node";

/** As Containerfile makes it. */
export async function managerImage(dir: string, program: string): Promise<Image> {
  const root = `${dir}/manager-root`;
  await makeImageRoot(root, { program });
  return { root, entrypoint: [PROGRAM_IN_IMAGE], command: ["run"], env: {} };
}

/** A node that takes the real one's arguments, where the real one's image has it. */
export async function nodeImage(dir: string): Promise<Image> {
  const root = `${dir}/node-root`;
  const program = `${dir}/cardano-node`;
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["compile", "--quiet", "--no-check", "--allow-all", "--no-code-cache"],
      ...["--output", program, "lib/demo/simulated_node_main.ts"],
    ],
    cwd: ROOT,
  }).output();
  if (!success) throw new Error(`Cannot compile a node: ${new TextDecoder().decode(stderr)}`);
  await makeImageRoot(root, { program, place: NODE_IN_IMAGE });
  return { root, entrypoint: [NODE_IN_IMAGE], command: [], env: {} };
}
