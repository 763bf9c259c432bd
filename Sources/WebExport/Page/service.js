// The engine behind messages: `{ id, kind, … }` comes, `{ id, kind: "symbols" | "done" | "failed", … }`
// is said of it.
function serve(say) {
  let engine = null;
  let last = Promise.resolve();

  const answer = async ({ id, kind, ...request }) => {
    if (kind === "open") {
      engine = new Engine(request.record, request.weights, request.wasm);
      return { arithmetic: engine.network.kernels.name };
    }
    if (kind === "write") return engine.write(request, (symbols) => say({ id, kind: "symbols", symbols }));
    return { candidates: engine.alternatives(request) };
  };

  return (message) => {
    // Seen while something is written, which all else waits for.
    if (message.kind === "stop") return engine?.stop();
    last = last.then(async () => {
      try {
        say({ id: message.id, kind: "done", ...(await answer(message)) });
      } catch (error) {
        say({ id: message.id, kind: "failed", reason: error?.message ?? String(error) });
      }
    });
  };
}

// In a worker there is nothing else.
if (typeof WorkerGlobalScope !== "undefined" && self instanceof WorkerGlobalScope) {
  const take = serve((message) => self.postMessage(message));
  self.onmessage = ({ data }) => take(data);
}
