// How the main thread calls functions of the program on a Worker, one after the other; the same in Node and in pages.

/// What a Worker does with a message of its starter; `post` answers.
export function answering(program, post) {
    const plain = (value) => (value instanceof Uint32Array ? [...value] : value);
    return async ({ name, args }) => {
        try {
            post({ value: plain(await program[name](...args)) });
        } catch (error) {
            post({ error: `${error}` });
        }
    };
}

/// A function that calls others on a Worker, by name. It is told of the Worker's messages by `hear`, of its failure by
/// `fail`.
export function caller(worker) {
    const waiting = [];
    const call = (name, ...args) => {
        worker.postMessage({ name, args }, args.filter((value) => value instanceof MessagePort));
        return call.answer();
    };
    call.answer = () => new Promise((resolve, reject) => waiting.push({ resolve, reject }));
    call.hear = ({ value, error }) => {
        const { resolve, reject } = waiting.shift();
        error === undefined ? resolve(value) : reject(new Error(error));
    };
    call.fail = (why) => waiting.splice(0).forEach(({ reject }) => reject(new Error(why)));
    return call;
}
