//! The page: the player, the rack, and what can be seen of the audio thread.

mod canvas;
mod chunks;
mod deck;
mod drawing;
mod files;
mod knob;
mod meter;
mod piano;
mod player;
mod spectrum;
mod unit;
mod units;

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AudioContext, AudioContextState, Element};

use crate::dom::{self, Result};
use crate::effects::Kind;
use crate::rack::command::{Command, Event};
use chunks::ChunkTable;
use deck::Deck;
use meter::Meter;
use piano::Piano;
use player::Player;
use spectrum::Spectrum;
use units::Units;

/// After so many milliseconds without sound the visitor is told.
const PATIENCE: i32 = 3000;

/// The piece that comes with the program.
const SHIPPED: (&str, &str) = ("low-tide.ogg", "Low Tide");

/// Takes over the page that `index.html` shows.
pub(crate) fn open() -> Result {
    let notice = Notice(dom::by_id("notice")?);
    let chunks = Rc::new(ChunkTable::new()?);
    chunks::watch(&chunks);
    let task = begin(chunks);
    spawn_local(async move {
        if let Err(error) = task.await {
            dom::report(notice.say(&dom::message(&error)));
        }
    });
    listen_to_theme()
}

struct Page {
    notice: Notice,
    deck: Rc<Deck>,
    player: Rc<Player>,
    units: Rc<Units>,
    piano: Piano,
    spectrum: Spectrum,
    meter: Meter,
    chunks: Rc<ChunkTable>,
}

/// Shows the piece, and waits for a click: browsers start no sound without one.
async fn begin(chunks: Rc<ChunkTable>) -> Result {
    let context = AudioContext::new()?;
    let rate = context.sample_rate();
    let player = Rc::new(Player::new(rate)?);
    spawn_local(drawn(player.clone()));
    let (file, title) = SHIPPED;
    let piece = files::decoded(files::fetched(file).await?, rate).await?;
    player.show(&piece, title)?;
    let resumed = context.clone();
    dom::first_click(player.button(), move || resumed.resume().map(drop)).await?;
    spawn_local(told_of_silence(context.clone()));
    let deck = Rc::new(Deck::start(context).await?);
    deck.send(Command::Load(Some(piece)));
    player.connect(&deck)?;
    player.play(&deck)?;
    let page = Rc::new(Page {
        notice: Notice(dom::by_id("notice")?),
        player,
        units: Units::new(deck.clone())?,
        piano: Piano::new(&deck)?,
        spectrum: Spectrum::new(&deck)?,
        meter: Meter::new(rate)?,
        deck,
        chunks,
    });
    page.listen()?;
    page.clone().task(page.clone().follow());
    page.clone().draw().await
}

/// Says so if the browser does not start the sound, until it does.
async fn told_of_silence(context: AudioContext) {
    let is_silent = || context.state() == AudioContextState::Suspended;
    let told = async {
        let notice = Notice(dom::by_id("notice")?);
        dom::pause(PATIENCE).await?;
        if !is_silent() {
            return Ok(());
        }
        notice.say("The browser has started no sound yet. Is there a device that plays it?")?;
        while is_silent() {
            dom::next_frame().await?;
        }
        notice.say("")
    };
    dom::report(told.await);
}

/// Draws the wave form, as long as the page lives.
async fn drawn(player: Rc<Player>) {
    loop {
        let drawn = player.draw();
        if drawn.is_err() || dom::next_frame().await.is_err() {
            return dom::report(drawn);
        }
    }
}

impl Page {
    /// Lets something happen, and tells the visitor if it fails.
    fn task(self: Rc<Self>, work: impl Future<Output = Result> + 'static) {
        spawn_local(async move {
            if let Err(error) = work.await {
                dom::report(self.notice.say(&dom::message(&error)));
            }
        });
    }

    fn listen(self: &Rc<Self>) -> Result {
        for kind in Kind::ALL {
            let page = self.clone();
            self.units.on_add(kind, move || {
                page.clone().task(page.clone().add(kind));
            })?;
        }
        let page = self.clone();
        files::on_files(move |file| {
            page.clone().task(page.clone().take_file(file));
        })
    }

    /// Plays the visitor's own file instead.
    async fn take_file(self: Rc<Self>, file: web_sys::File) -> Result {
        self.notice.say("")?;
        let name = file.name();
        let title = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
        let bytes = files::read(&file).await?;
        self.load(bytes, title).await?;
        self.player.play(&self.deck)
    }

    async fn load(&self, bytes: Vec<u8>, title: &str) -> Result {
        let piece = files::decoded(bytes, self.deck.rate()).await?;
        self.player.show(&piece, title)?;
        self.deck.fade_out().await?;
        self.deck.send(Command::Load(Some(piece)));
        Ok(())
    }

    /// Puts an effect into the rack. Its code comes first, if this is the first of its kind.
    async fn add(self: Rc<Self>, kind: Kind) -> Result {
        self.notice.say("")?;
        let Some(place) = self.units.reserve(kind)? else {
            return self
                .notice
                .say("The rack is full: take something out first.");
        };
        let made = self.deck.make(kind).await;
        if made.is_ok() {
            self.chunks.on_audio_thread(kind.name())?;
        }
        let effect = self.units.release(kind, place, made)?;
        let id = self.units.insert(kind, effect.face())?;
        let effect = Some(effect);
        self.deck.send(Command::Add { id, effect });
        Ok(())
    }

    /// Shows what the rack tells of itself.
    async fn follow(self: Rc<Self>) -> Result {
        while let Some(event) = self.deck.next_event().await {
            self.show(&event)?;
        }
        Ok(())
    }

    fn show(&self, event: &Event) -> Result {
        self.player.show_position(event.position)?;
        self.meter.show(event, self.deck.late_links())?;
        self.piano.show(self.units.has(Kind::Synth))?;
        self.units.show(event)
    }

    /// Draws the spectrum, as long as the page lives.
    async fn draw(self: Rc<Self>) -> Result {
        loop {
            dom::next_frame().await?;
            self.spectrum.draw()?;
        }
    }
}

/// Where the visitor is told what went wrong.
struct Notice(Element);

impl Notice {
    /// Tells something; nothing if it is empty.
    fn say(&self, text: &str) -> Result {
        self.0.set_text_content(Some(text));
        dom::show(&self.0, !text.is_empty())
    }
}

fn listen_to_theme() -> Result {
    let root = dom::document()?.document_element().ok_or(JsValue::NULL)?;
    let theme: Element = dom::by_id("theme")?;
    dom::listen(&theme, "click", move |_| change_theme(&root))
}

/// From the colours that are shown to the others.
fn change_theme(root: &Element) -> Result {
    let is_dark = match root.get_attribute("data-theme") {
        Some(theme) => theme == "dark",
        None => dom::window()?
            .match_media("(prefers-color-scheme: dark)")?
            .is_some_and(|query| query.matches()),
    };
    root.set_attribute("data-theme", if is_dark { "light" } else { "dark" })
}
