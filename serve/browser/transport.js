// How the page asks where there is no server: its worker answers, as fetch would.

const worker = new Worker('worker.js');
const waiting = new Map(); // what becomes of the messages of each answer
let last = 0;

worker.onmessage = ({ data }) => waiting.get(data.id)?.(data);
worker.onerror = (event) => {
  for (const take of [...waiting.values()]) take({ failed: event.message });
};

export function request(path, { method = 'GET', body = '', signal } = {}) {
  const id = ++last;
  return new Promise((resolve, reject) => {
    let stream;
    const end = () => {
      waiting.delete(id);
      signal?.removeEventListener('abort', abort);
    };
    const cancel = () => {
      end();
      worker.postMessage({ id, cancel: true });
    };
    const abort = () => {
      cancel();
      reject(signal.reason);
      try { stream?.error(signal.reason); } catch { /* it was read to its end */ }
    };
    if (signal?.aborted) { reject(signal.reason); return; }
    signal?.addEventListener('abort', abort);
    waiting.set(id, (data) => {
      if (data.failed) {
        end();
        reject(new Error(data.failed));
        stream?.error(new Error(data.failed));
      } else if (data.status) {
        const readable = new ReadableStream({ start(controller) { stream = controller; }, cancel });
        resolve(new Response(readable, { status: data.status, headers: { 'Content-Type': data.type } }));
      } else if (data.chunk) {
        stream.enqueue(data.chunk);
      } else {
        end();
        stream.close();
      }
    });
    worker.postMessage({ id, method, path: `/${path}`, body });
  });
}
