
// Starts an instance of the program whose stack and thread-local data lie where the starter has allocated them: the
// instance has to know the addresses before its start function runs, and the glue calls that function as soon as there
// is an instance.
function __cleave_begin({ module, memory, room }) {
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function (...given) {
    const instance = new Instance(...given);
    instance.exports.$_given_stack.value = room.stack;
    instance.exports.$_given_tls.value = room.tls;
    return instance;
  };
  try {
    return initSync({ module, memory, thread_stack_size: room.size });
  } finally {
    WebAssembly.Instance = Instance;
  }
}
