// Owns a few isolates that work orders off, each as soon as it is free.
// Never more orders at once than there are isolates.

/** `next` gives an order or undefined when there are no more; `done` hears its answer. */
export async function workOff<Order, Answer>(
  script: URL,
  { workers, next, done }: {
    workers: number;
    next: () => Order | undefined;
    done: (answer: Answer, order: Order) => void;
  },
): Promise<void> {
  await Promise.all(Array.from({ length: workers }, () => workOne(script, { next, done })));
}

function workOne<Order, Answer>(
  script: URL,
  { next, done }: {
    next: () => Order | undefined;
    done: (answer: Answer, order: Order) => void;
  },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { type: "module" });
    let order: Order | undefined;
    const go = () => {
      order = next();
      if (order !== undefined) return worker.postMessage(order);
      worker.terminate();
      resolve();
    };
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if (order !== undefined) done(data, order);
      go();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      worker.terminate();
      reject(new Error(`Cannot run simulated worlds in a worker: ${event.message}`));
    };
    go();
  });
}
