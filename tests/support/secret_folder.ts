// Owns a folder of credential files that changes as a mounted Secret does.
// Never writes to a file that is in use: a symbolic link above the files is swapped.

import type { DemoKeys } from "../../lib/demo/keys.ts";

export class SecretFolder {
  readonly paths: { readonly kes: string; readonly vrf: string; readonly opcert: string };
  readonly #path: string;
  #revision = 0;

  constructor(path: string, contents: Pick<DemoKeys, "kes" | "vrf" | "opcert">) {
    this.#path = path;
    this.paths = {
      kes: `${path}/kes.skey`,
      vrf: `${path}/vrf.skey`,
      opcert: `${path}/node.cert`,
    };
    Deno.mkdirSync(path, { recursive: true });
    this.replace(contents);
    for (const name of ["kes.skey", "vrf.skey", "node.cert"]) {
      Deno.symlinkSync(`..data/${name}`, `${path}/${name}`);
    }
  }

  /** All files change in the same moment. */
  replace({ kes, vrf, opcert }: Pick<DemoKeys, "kes" | "vrf" | "opcert">): void {
    const name = `..revision-${++this.#revision}`;
    const folder = `${this.#path}/${name}`;
    Deno.mkdirSync(folder);
    Deno.writeTextFileSync(`${folder}/kes.skey`, kes);
    Deno.writeTextFileSync(`${folder}/vrf.skey`, vrf);
    Deno.writeTextFileSync(`${folder}/node.cert`, opcert);
    Deno.symlinkSync(name, `${this.#path}/..data_tmp`);
    Deno.renameSync(`${this.#path}/..data_tmp`, `${this.#path}/..data`);
  }
}
