// The worker of a page without a server: it runs the program that answers, and passes on what
// the page asks and what the program says (main.go).

importScripts('wasm_exec.js');

async function bytes(name) {
  const response = await fetch(name);
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
}

// unpacked undoes gzip, which some file servers have undone already.
async function unpacked(b) {
  if (b[0] !== 0x1f || b[1] !== 0x8b) return b;
  return new Response(new Blob([b]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

async function begin() {
  const library = new TextDecoder().decode(await bytes('library.json'));
  const names = JSON.parse(library).entries.map((e) => e.model).filter(Boolean);
  const [program, ...models] = await Promise.all([bytes('hnn.wasm.gz').then(unpacked), ...names.map(bytes)]);
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(program, go.importObject);
  await new Promise((ready) => {
    globalThis.hnnReady = ready;
    go.run(instance);
  });
  const wrong = hnnOpen(library, Object.fromEntries(names.map((name, i) => [name, models[i]])));
  if (wrong) throw new Error(wrong);
}

const begun = begin();

onmessage = async ({ data }) => {
  try {
    await begun;
  } catch (err) {
    postMessage({ id: data.id, failed: err.message });
    return;
  }
  if (data.cancel) hnnCancel(data.id);
  else hnnAsk(data.id, data.method, data.path, data.body);
};
