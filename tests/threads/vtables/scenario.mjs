// What threads do with things that other threads have made in a chunk, and what must come of it.
//
// The host makes programs, each in a memory of its own (`program`: the functions of the main thread, `start`: a Worker
// that has got `{ module, memory }`, `end`), takes chunks away (`fault`), and is told what has been seen (`note`).

/// What a thread may hold of a chunk; as the program names them.
const KINDS = ['Object', 'Closure', 'Function', 'Waker', 'Drop'];

const ROUNDS = 20;

let note;

export async function run(host) {
    note = host.note;
    await fromMain(host);
    for (const kind of KINDS) await fromWorker(host, kind);
    await together(host);
    for (let round = 0; round < ROUNDS; round++) await race(host);
    await failure(host);
    await connected(host);
    await fromJavaScript(host);
}

const pause = (milliseconds = 1) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function equal(actual, expected, what) {
    const [found, wanted] = [actual, expected].map((value) =>
        JSON.stringify(value instanceof Uint32Array ? [...value] : value),
    );
    if (found !== wanted) throw new Error(`${what}: ${found} instead of ${wanted}`);
    note(what);
}

/// What the data of the chunk must hold, after whatever use on whichever thread.
class Data {
    count = 100;
    table = 2;
    first = null;

    /// What comes of the use of a thing that was made with `made`; the thread has used so many objects `before`.
    use(kind, made, value, before = 0) {
        if (kind !== 'Object') {
            return { Closure: [value + made], Function: [value * 2], Waker: [1], Drop: [made] }[kind];
        }
        const old = this.table;
        this.table = value;
        this.count += 1;
        this.first ??= value;
        return [made * value, this.count, 1001 + before, old, this.first];
    }
}

/// Made on the main thread; used there, and on threads that were parked, or never loaded the chunk, or start later.
async function fromMain(host) {
    const { program, start, end } = await host.program();
    const data = new Data();
    equal(program.counted(), [0, 0, 0, 0], 'one chunk, of which nobody has heard');
    const startAll = () => Promise.all(KINDS.map(async (kind) => [kind, program.Kind[kind], await start()]));
    const parked = await startAll();
    const results = parked.map(([, kind, worker]) => worker('park', kind, 7));
    while (program.parked() < KINDS.length) await pause();
    const fresh = await startAll();
    equal(program.is_loaded(), false, 'loaded');
    equal(program.make_now(1), 0, 'made before it is loaded');

    for (const kind of KINDS) {
        const made = await program.make(program.Kind[kind], 6);
        equal(program.try_out(program.Kind[kind], made, 50), data.use(kind, 6, 50), `${kind} where it was made`);
    }
    equal(program.is_loaded(), true, 'loaded');
    equal(program.counted(), [1, 1, 1, 0], 'on one thread');

    for (const [at, [name, kind]] of parked.entries()) {
        const made = await program.make(kind, 5);
        while (!program.send(kind, made)) await pause();
        equal(await results[at], data.use(name, 5, 7), `${name} on a parked thread`);
    }
    const late = await startAll();
    for (const [where, threads] of Object.entries({ fresh, late })) {
        for (const [name, kind, worker] of threads) {
            for (const before of [0, 1]) {
                const result = await worker('try_out', kind, await program.make(kind, 4), 9);
                equal(result, data.use(name, 4, 9, before), `${name} on a ${where} thread`);
            }
        }
    }
    const threads = 3 * KINDS.length;
    equal(program.counted(), [1, 1 + threads, 1 + threads, threads], 'every thread met one stub');
    end();
}

/// Made on a Worker; used on the main thread, which never loads the chunk, on another Worker, and on a later one.
async function fromWorker(host, name) {
    const { program, start, end } = await host.program();
    const kind = program.Kind[name];
    const data = new Data();
    const [maker, fresh] = [await start(), await start()];
    const made = () => maker('make', kind, 6);
    equal(program.try_out(kind, await made(), 5), data.use(name, 6, 5), `${name} on the main thread`);
    equal(await fresh('try_out', kind, await made(), 8), data.use(name, 6, 8), `${name} on a Worker`);
    const late = await start();
    equal(await late('is_loaded'), true, 'a later thread needs nothing from outside');
    equal(await late('try_out', kind, await made(), 3), data.use(name, 6, 3), `${name} on a later Worker`);
    equal(program.counted(), [1, 4, 4, 3], 'every thread but the maker met one stub');
    const later = await start();
    const object = await later('make_now', 2);
    const use = data.use('Object', 2, 4, name === 'Object' ? 1 : 0);
    equal(program.try_out(program.Kind.Object, object, 4), use, 'made at once by a later thread');
    equal(program.counted(), [1, 5, 5, 4], 'all have it');
    end();
}

/// Many threads call an object for the first time, and all at once.
async function together(host) {
    const { program, start, end } = await host.program();
    const workers = await Promise.all(Array.from({ length: 8 }, start));
    const object = await program.make(program.Kind.Object, 11);
    const answers = await Promise.all(workers.map((call) => call('try_out', program.Kind.Object, object, 1)));
    const [times, counts, here] = [0, 1, 2].map((at) => answers.map((answer) => answer[at]));
    equal([times, here], [workers.map(() => 11), workers.map(() => 1001)], 'all at once');
    equal(counts.sort(), workers.map((_, at) => 101 + at), 'all have counted');
    equal(program.counted(), [1, 9, 9, 8], 'all at once');
    end();
}

/// Several threads load the chunk for the first time, at once: its data must be written once.
async function race(host) {
    const { program, start, end } = await host.program();
    const { Object: kind } = program.Kind;
    const workers = await Promise.all([start(), start(), start()]);
    const main = async (name, ...args) => program[name](...args);
    const all = [...workers, main];
    const made = await Promise.all(all.map((call) => call('make', kind, 1)));
    const use = async (call, at) => (await call('try_out', kind, made[at], 1))[1];
    // The main thread comes last: it must not wait for a lock.
    const counts = [...(await Promise.all(workers.map(use))), await use(main, workers.length)];
    equal(counts.sort(), [101, 102, 103, 104], 'counted by all');
    const [fetches, compilations, instantiations] = program.counted();
    const within = (value, least, most) => value >= least && value <= most;
    // The main thread compiles a second time if it fetches for another just when it finds the bytes in memory.
    equal([within(fetches, 1, 4), within(compilations, 4, 5), instantiations], [true, true, 4], 'loaded by all');
    end();
}

/// A load fails on two threads; the next one works, on one of them.
async function failure(host) {
    const { program, start, end } = await host.program();
    const { Object: kind } = program.Kind;
    const worker = await start();
    const failed = (load) => load.then(String, (error) => /ChunkLoadError/.test(`${error}`));
    await host.fault('missing');
    equal(await failed(program.make(kind, 1)), true, 'the main thread hears of it');
    equal(await failed(worker('make', kind, 1)), true, 'the Worker hears of it');
    equal(program.is_loaded(), false, 'loaded');
    await host.fault('none');
    const object = await worker('make', kind, 2);
    equal(program.try_out(kind, object, 5), new Data().use('Object', 2, 5), 'made after all');
    equal(program.counted(), [3, 2, 2, 1], 'after two failures');
    end();
}

/// Workers with a port to the main thread get what that compiles, before and after they are connected, until they say
/// that they go.
async function connected(host) {
    const { program, start, end } = await host.program();
    const { Object: kind } = program.Kind;
    const connect = async (worker) => {
        const { port1, port2 } = new MessageChannel();
        equal(program.acceptThread(port1), true, 'accepted');
        await worker('connectThread', port2);
    };
    const [before, after, left, stranger] = [await start(), await start(), await start(), await start()];
    await connect(before);
    await connect(left);
    await left('disconnectThread');
    // Nothing says that a message has come; and those of two ports come in any order.
    await pause(1000);
    const object = await program.make(kind, 3);
    await connect(after);
    await pause(1000);
    const compilations = async (worker) => {
        await worker('try_out', kind, object, 1);
        return program.counted()[1];
    };
    equal(await compilations(before), 1, 'who was connected before has the module');
    equal(await compilations(after), 1, 'who was connected after has it');
    equal(await compilations(left), 2, 'who has left compiles by itself');
    equal(await compilations(stranger), 3, 'so does who was never connected');
    equal(program.counted(), [1, 3, 5, 4], 'all have called it');
    end();
}

/// What JavaScript beside the program sees of it: the pool that it starts, and what has been counted.
async function fromJavaScript(host) {
    const { program } = await host.program();
    const counted = () => {
        const [{ file, ...counts }, ...others] = program.chunkCounters();
        equal([/^app-things-\w+\.wasm$/.test(file), others], [true, []], `the one chunk, ${file}`);
        return counts;
    };
    const counts = { fetches: 0, compilations: 0, instantiations: 0, stubHits: 0, waits: 0 };
    equal(counted(), counts, 'nobody has heard of it');
    equal(await program.initThreadPool(2), 2, 'threads of the pool');
    const again = await program.initThreadPool(2).then(String, String);
    equal(/^PoolError: cannot start a thread pool: /.test(again), true, `the second pool: ${again}`);
    const object = await program.make_in_pool(3);
    equal(program.try_out(program.Kind.Object, object, 4), new Data().use('Object', 3, 4), 'made in the pool');
    const all = { fetches: 1, compilations: 2, instantiations: 2, stubHits: 1, waits: 1 };
    equal(counted(), all, 'a thread of the pool has asked the main thread, which met one stub');
}
