//! What is rendered: with effects from the start, with effects that come in the middle, and with a stub that is hit inside
//! of `process`.

use host::{check, is_split, log};
use wasm_cleave::audio::{
    CountAllocations, Input, Node, NodeOptions, Output, ProcessStatus, Worklet, from_fn,
};
use wasm_cleave::split;

use crate::effects::{RATE, Saw, echo, filter, shaper};
use crate::offline::{at, can_suspend, context, render, start, summary};
use crate::rack::{Command, Event, Rack, WAITING, bring};
use std::sync::atomic::Ordering;

/// When an effect comes: at the start of a block.
const MIDDLE: u64 = 128 * 100;

fn middle() -> f64 {
    MIDDLE as f64 / f64::from(RATE)
}

fn saw() -> impl wasm_cleave::audio::Processor {
    let mut saw = Saw::new();
    from_fn(move |_: &[Input], outputs: &mut [Output]| {
        outputs[0].channel_mut(0).fill_with(|| saw.next());
        ProcessStatus::KeepAlive
    })
}

/// A saw tooth, the rack behind it, and the destination.
async fn play(worklet: &Worklet, rack: Rack) -> Node<Rack> {
    let mono = NodeOptions::new().outputs(&[1]).channels(1);
    let saw = worklet
        .node(saw(), &mono.clone().inputs(0))
        .await
        .expect("a node");
    let rack = worklet.node(rack, &mono).await.expect("a node");
    saw.connect_with_audio_node(&rack).expect("connects");
    let destination = worklet.context().destination();
    rack.connect_with_audio_node(&destination)
        .expect("connects");
    std::mem::forget(saw);
    rack
}

pub async fn run() {
    // In this order: each needs chunks that nobody has loaded before.
    stub_in_process().await;
    // Linking in the middle of a block allocates.
    let allocations = CountAllocations::count();
    check!(allocations > 0 || !is_split());
    if can_suspend(&context(0.1)) {
        in_the_middle().await;
        by_itself().await;
    } else {
        log!("no rendering can be stopped here");
    }
    from_the_start().await;
    check!(CountAllocations::count() == allocations);
}

/// The effect's chunk is on the page only when the rack calls the effect, in the middle of a block.
async fn stub_in_process() {
    let (context, worklet) = start(0.5).await;
    check!(worklet.late_links() == 0);
    let mut rack = Rack::new();
    rack.waits_at = Some(MIDDLE);
    let rack = play(&worklet, rack).await;
    wasm_bindgen_futures::spawn_local(async {
        while WAITING.load(Ordering::Relaxed) == 0 {
            host::sleep(1).await;
        }
        bring(shaper(3.0).await.expect("loads")).await;
    });
    let samples = render(&context).await;
    log!("stub {}", summary(&samples));
    check!(rack.event().await == Some(Event::Waited(true)));
    check!(worklet.late_links() == u32::from(is_split()));
    if is_split() {
        check!(worklet.later_link(0).await == 1);
    }
}

/// The chunk comes while the rendering is stopped, and is linked before anything calls it.
async fn in_the_middle() {
    let (context, worklet) = start(0.5).await;
    let late = worklet.late_links();
    let rack = std::rc::Rc::new(play(&worklet, Rack::new()).await);
    let (theirs, thread) = (rack.clone(), worklet.clone());
    at(&context, middle(), async move {
        split!(echo).load_on(&thread).await.expect("loads");
        let effect = echo(1000).await.expect("is loaded");
        check!(theirs.send(Command::Add(Some(effect))).is_ok());
    });
    let theirs = rack.clone();
    at(&context, 1.5 * middle(), async move {
        check!(theirs.send(Command::Remove(None)).is_ok());
    });
    let samples = render(&context).await;
    log!("middle {}", summary(&samples));
    while let Some(event) = rack.event().await {
        log!("{event:?}");
    }
    check!(worklet.late_links() == late);
}

/// A processor calls a split function itself, as soon as it is loaded.
async fn by_itself() {
    let (context, worklet) = start(0.2).await;
    let late = worklet.late_links();
    let mut rack = Rack::new();
    rack.tells_every = 128 * 20;
    let rack = play(&worklet, rack).await;
    let thread = worklet.clone();
    at(&context, 128.0 * 30.0 / f64::from(RATE), async move {
        // Split or not, it counts as loaded from here on only: the oracle has no chunks.
        split!(level).load_on(&thread).await.expect("loads");
    });
    let samples = render(&context).await;
    log!("itself {}", summary(&samples));
    while let Some(Event::Level { frame, level }) = rack.try_event() {
        if frame >= 128 * 30 {
            log!("{frame} {level:?}");
        } else {
            check!(level.is_some() != is_split());
        }
    }
    check!(worklet.late_links() == late);
}

/// All is there before the first frame.
async fn from_the_start() {
    let (context, worklet) = start(1.0).await;
    let late = worklet.late_links();
    for split in [split!(filter), split!(echo), split!(shaper)] {
        split.load_on(&worklet).await.expect("loads");
    }
    let effects = [
        filter(900.0).await.expect("is loaded"),
        echo(4801).await.expect("is loaded"),
        shaper(1.5).await.expect("is loaded"),
    ];
    let _rack = play(&worklet, Rack::with(effects)).await;
    log!("start {}", summary(&render(&context).await));
    check!(worklet.late_links() == late);
}
