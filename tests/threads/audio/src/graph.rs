//! Several processors and nodes in one context: parameters, inputs and outputs, commands, events, and ends.

use std::sync::atomic::{AtomicU32, Ordering};

use host::{check, log};
use wasm_cleave::audio::{
    AudioErrorKind, CountAllocations, Input, NodeOptions, Output, Param, Params, ProcessContext,
    ProcessStatus, Processor, Rate, from_fn,
};

use crate::effects::RATE;
use crate::offline::{render, start, summary};

pub async fn run() {
    parameters().await;
    routing().await;
    objects_return().await;
    rings_are_bounded().await;
    ends().await;
    allocations_are_counted().await;
}

/// Multiplies a constant by one parameter and adds another.
struct Scaled;

const GAIN: Param = Param::new("gain", 0.5).range(0.0, 1.0);
const OFFSET: Param = Param::new("offset", 0.25).rate(Rate::Control);

impl Processor for Scaled {
    type Command = ();
    type Event = ();
    const PARAMS: &'static [Param] = &[GAIN, OFFSET];

    fn process(
        &mut self,
        _: &[Input],
        outputs: &mut [Output],
        params: &Params,
        context: &mut ProcessContext<'_, ()>,
    ) -> ProcessStatus {
        if context.frame() == 0 {
            assert!(params.values(&OFFSET).iter().all(|&value| value == 0.25));
            assert_eq!(context.sample_rate(), RATE);
        }
        for (frame, sample) in outputs[0].channel_mut(0).iter_mut().enumerate() {
            *sample = params.at(&GAIN, frame) + params.at(&OFFSET, frame);
        }
        ProcessStatus::KeepAlive
    }
}

async fn parameters() {
    let (context, worklet) = start(0.1).await;
    let options = NodeOptions::new().inputs(0).outputs(&[1]);
    let node = worklet.node(Scaled, &options).await.expect("a node");
    node.connect_with_audio_node(&context.destination())
        .expect("connects");
    let gain = node.param(&GAIN).expect("declared");
    check!(node.param(&Param::new("nothing", 0.0)).is_none());
    check!(gain.default_value() == 0.5 && gain.max_value() == 1.0);
    gain.set_value_at_time(0.0, 0.0).expect("a time");
    gain.linear_ramp_to_value_at_time(1.0, 0.1).expect("a time");
    let samples = render(&context).await;
    let expected = |frame: usize| 0.25 + frame as f32 / 4800.0;
    check!(
        samples
            .iter()
            .enumerate()
            .all(|(frame, sample)| (sample - expected(frame)).abs() < 1e-3)
    );
    log!("parameters {}", summary(&samples));
}

/// Two outputs, one of them stereo, mixed by a processor with two inputs.
async fn routing() {
    let (context, worklet) = start(0.1).await;
    let source = from_fn(|_: &[Input], outputs: &mut [Output]| {
        outputs[0].channel_mut(0).fill(0.125);
        let (left, right) = outputs[1].stereo_mut();
        left.fill(0.25);
        right.fill(0.5);
        ProcessStatus::KeepAlive
    });
    let sink = from_fn(|inputs: &[Input], outputs: &mut [Output]| {
        let channels = inputs.iter().flat_map(|input| {
            let value = |channel| input.channel(channel)[7];
            (0..input.channels()).map(value)
        });
        // Every channel has a digit of its own.
        let sum = channels
            .zip([1.0, 2.0, 4.0, 8.0])
            .map(|(value, weight)| value * weight)
            .sum();
        outputs[0].channel_mut(0).fill(sum);
        assert_eq!(inputs.len(), 3);
        ProcessStatus::KeepAlive
    });
    let options = NodeOptions::new().inputs(0).outputs(&[1, 2]);
    let source = worklet.node(source, &options).await.expect("a node");
    let options = NodeOptions::new().inputs(3).outputs(&[1]);
    let sink = worklet.node(sink, &options).await.expect("a node");
    for output in 0..2 {
        let connected = source.connect_with_audio_node_and_output_and_input(&sink, output, output);
        connected.expect("connects");
    }
    sink.connect_with_audio_node(&context.destination())
        .expect("connects");
    let samples = render(&context).await;
    check!(
        samples
            .iter()
            .all(|&sample| sample == 0.125 + 2.0 * 0.25 + 4.0 * 0.5)
    );
    log!("routing {}", summary(&samples));
}

/// Where objects are dropped: not on the audio thread.
static DROPPED: AtomicU32 = AtomicU32::new(0);
static DROPPED_ELSEWHERE: AtomicU32 = AtomicU32::new(0);

struct Dropped(#[expect(dead_code, reason = "it is there to be freed")] Vec<u8>);

impl Drop for Dropped {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
        if !crate::is_page() {
            DROPPED_ELSEWHERE.fetch_add(1, Ordering::Relaxed);
        }
    }
}

struct Holder {
    held: Dropped,
    swaps: u32,
}

impl Processor for Holder {
    type Command = Dropped;
    type Event = u32;

    fn command(&mut self, command: &mut Dropped, context: &mut ProcessContext<'_, u32>) {
        std::mem::swap(&mut self.held, command);
        self.swaps += 1;
        let _ = context.emit(self.swaps);
    }

    fn process(
        &mut self,
        _: &[Input],
        _: &mut [Output],
        _: &Params,
        _: &mut ProcessContext<'_, u32>,
    ) -> ProcessStatus {
        match self.swaps {
            0..3 => ProcessStatus::KeepAlive,
            _ => ProcessStatus::End,
        }
    }
}

async fn objects_return() {
    let dropped = || Dropped(vec![0; 1000]);
    let (context, worklet) = start(0.1).await;
    let holder = Holder {
        held: dropped(),
        swaps: 0,
    };
    let node = worklet
        .node(holder, &NodeOptions::new())
        .await
        .expect("a node");
    node.connect_with_audio_node(&context.destination())
        .expect("connects");
    for _ in 0..3 {
        check!(node.send(dropped()).is_ok());
    }
    render(&context).await;
    let mut events = Vec::new();
    while let Some(event) = node.event().await {
        events.push(event);
    }
    log!("events {events:?}, ended {:?}", node.ended().await);
    check!(DROPPED.load(Ordering::Relaxed) == 3);
    drop(node);
    // The processor goes when the audio thread has let go of it.
    for _ in 0..100 {
        if DROPPED.load(Ordering::Relaxed) == 4 {
            break;
        }
        host::sleep(10).await;
    }
    check!(DROPPED.load(Ordering::Relaxed) == 4);
    check!(DROPPED_ELSEWHERE.load(Ordering::Relaxed) == 0);
}

struct Echoes;

impl Processor for Echoes {
    type Command = u32;
    type Event = u32;

    fn command(&mut self, command: &mut u32, context: &mut ProcessContext<'_, u32>) {
        for n in 0..2 {
            if let Err(lost) = context.emit(*command * 10 + n) {
                assert!(lost >= 20, "the first four find room");
            }
        }
    }

    fn process(
        &mut self,
        _: &[Input],
        _: &mut [Output],
        _: &Params,
        _: &mut ProcessContext<'_, u32>,
    ) -> ProcessStatus {
        ProcessStatus::KeepAlive
    }
}

async fn rings_are_bounded() {
    let (context, worklet) = start(0.1).await;
    let node = worklet
        .node(Echoes, &NodeOptions::new().capacity(4))
        .await
        .expect("a node");
    node.connect_with_audio_node(&context.destination())
        .expect("connects");
    let sent: Vec<_> = (0..6).map(|n| node.send(n)).collect();
    log!("sent {sent:?}");
    render(&context).await;
    let mut events = Vec::new();
    while let Some(event) = node.event().await {
        events.push(event);
    }
    log!("events {events:?}");
}

/// A panic ends one processor; another goes on.
async fn ends() {
    let (context, worklet) = start(0.1).await;
    let mut blocks = 0;
    let fails = from_fn(move |_: &[Input], outputs: &mut [Output]| {
        blocks += 1;
        outputs[0].channel_mut(0).fill(0.5);
        assert!(blocks < 10, "as it should");
        ProcessStatus::KeepAlive
    });
    let options = NodeOptions::new().inputs(0).outputs(&[1]);
    let fails = worklet.node(fails, &options).await.expect("a node");
    let constant = from_fn(|_: &[Input], outputs: &mut [Output]| {
        outputs[0].channel_mut(0).fill(0.25);
        ProcessStatus::KeepAlive
    });
    let goes_on = worklet.node(constant, &options).await.expect("a node");
    for node in [&*fails, &*goes_on] {
        node.connect_with_audio_node(&context.destination())
            .expect("connects");
    }
    let samples = render(&context).await;
    check!(samples[..9 * 128].iter().all(|&sample| sample == 0.75));
    check!(samples[9 * 128..].iter().all(|&sample| sample == 0.25));
    let error = fails.ended().await.expect_err("it panicked");
    check!(error.kind() == AudioErrorKind::Processor);
    check!(
        error
            .to_string()
            .starts_with("the audio processor has failed: panicked at audio/src/graph.rs:")
    );
    log!("ends {:?}", goes_on.ended().await);
}

/// The count is not zero for lack of counting.
async fn allocations_are_counted() {
    let before = CountAllocations::count();
    let (context, worklet) = start(0.1).await;
    let allocates = from_fn(|_: &[Input], _: &mut [Output]| {
        drop(std::hint::black_box(vec![0_u8; 10]));
        ProcessStatus::End
    });
    let node = worklet
        .node(allocates, &NodeOptions::new())
        .await
        .expect("a node");
    node.connect_with_audio_node(&context.destination())
        .expect("connects");
    render(&context).await;
    check!(CountAllocations::count() == before + 2);
}
