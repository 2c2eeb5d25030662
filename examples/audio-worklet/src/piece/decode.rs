//! The split `decode`: from the bytes of an audio file to a piece.

use std::io::Cursor;

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use wasm_cleave::wasm_split;

use super::Piece;
use super::resample::resample;

/// The longest piece that is taken, in minutes: what comes after is left out.
const LONGEST: usize = 10;

/// Reads FLAC, MP3, Ogg Vorbis or WAV, at any rate, into a piece of `rate` frames a second.
///
/// # Errors
/// What is to be told the visitor when the file cannot be read.
#[wasm_split(decode)]
pub(crate) fn decode(file: Vec<u8>, rate: u32) -> Result<Box<Piece>, String> {
    let mut reader = open(file).map_err(|_| "This is no FLAC, MP3, Ogg Vorbis or WAV file.")?;
    let (track, mut decoder) = start(&*reader)?;
    let decoded = read(&mut *reader, track, &mut *decoder)?;
    let channels = decoded
        .channels
        .map(|channel| resample(channel, decoded.rate, rate));
    let piece = Piece::new(channels).ok_or("There is no sound in it.")?;
    Ok(Box::new(piece))
}

fn open(file: Vec<u8>) -> Result<Box<dyn FormatReader>, Error> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(file)), Default::default());
    symphonia::default::get_probe().probe(
        &Hint::new(),
        stream,
        FormatOptions::default(),
        MetadataOptions::default(),
    )
}

/// The number of the track to play, and what decodes it.
fn start(reader: &dyn FormatReader) -> Result<(u32, Box<dyn AudioDecoder>), String> {
    let track = reader.default_track(TrackType::Audio);
    let track = track.ok_or("There is no sound in it.")?;
    let parameters = track.codec_params.as_ref().and_then(|codec| codec.audio());
    let parameters = parameters.ok_or("It does not say how its sound is coded.")?;
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default());
    Ok((track.id, decoder.map_err(|error| error.to_string())?))
}

struct Decoded {
    channels: [Vec<f32>; 2],
    rate: u32,
}

/// All that can be decoded: damaged packets are left out.
fn read(
    reader: &mut dyn FormatReader,
    track: u32,
    decoder: &mut dyn AudioDecoder,
) -> Result<Decoded, String> {
    let mut decoded = Decoded {
        channels: Default::default(),
        rate: 0,
    };
    let mut planes: Vec<Vec<f32>> = Vec::new();
    while let Some(packet) = reader.next_packet().map_err(|error| error.to_string())? {
        if packet.track_id != track {
            continue;
        }
        let buffer = match decoder.decode(&packet) {
            Ok(buffer) => buffer,
            Err(Error::DecodeError(_)) => continue,
            Err(error) => return Err(error.to_string()),
        };
        decoded.rate = buffer.spec().rate();
        buffer.copy_to_vecs_planar(&mut planes);
        // One channel is heard on both sides; of more than two, the first two.
        for (side, channel) in decoded.channels.iter_mut().enumerate() {
            if let Some(plane) = planes.get(side).or(planes.first()) {
                channel.extend_from_slice(plane);
            }
        }
        if decoded.channels[0].len() > LONGEST * 60 * decoded.rate as usize {
            break;
        }
    }
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOW_TIDE: &[u8] = include_bytes!("../../static/low-tide.ogg");

    fn decoded(file: &[u8], rate: u32) -> Result<Box<Piece>, String> {
        decode(file.to_vec(), rate).wait().unwrap()
    }

    /// As long as 12 bars at 100 beats a minute.
    #[test]
    fn the_shipped_piece_is_12_bars_long_at_any_rate() {
        for rate in [44_100, 48_000] {
            let piece = decoded(LOW_TIDE, rate).unwrap();
            assert_eq!(piece.frames() as f64 / f64::from(rate), 28.8);
            let outline = piece.outline(12);
            assert!(outline.iter().all(|&loud| loud > 0.3), "{outline:?}");
        }
    }

    #[test]
    fn a_wave_file_of_one_channel_is_heard_on_both_sides() {
        let samples: Vec<u8> = [0_i16, 16_384, -8192, 0]
            .iter()
            .flat_map(|s| s.to_le_bytes())
            .collect();
        let mut file = b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        file.extend(48_000_u32.to_le_bytes());
        file.extend(96_000_u32.to_le_bytes());
        file.extend(b"\x02\0\x10\0data\x08\0\0\0");
        file.extend(samples);
        let piece = decoded(&file, 48_000).unwrap();
        let frames: Vec<_> = (0..piece.frames()).map(|at| piece.frame(at)).collect();
        assert_eq!(frames, [[0.0; 2], [0.5; 2], [-0.25; 2], [0.0; 2]]);
    }

    #[test]
    fn what_is_no_sound_is_an_error_and_no_panic() {
        assert!(decoded(b"", 48_000).is_err());
        assert!(decoded(&LOW_TIDE[..3000], 48_000).is_err());
        assert!(decoded(&[0x55; 5000], 48_000).is_err());
    }
}
