//! Which part of a drawing is seen, and how large. No page needed.

/// Where one looks: at zoom 1 and without a shift the whole drawing is seen, in the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Camera {
    zoom: f32,
    /// From the middle of the room to the middle of the drawing, in pixels of the page.
    shift: (f32, f32),
}

/// How far one can zoom out and in.
const FARTHEST: f32 = 0.1;
const NEAREST: f32 = 200.0;

/// The part of the room that a drawing fills at zoom 1.
const FILL: f32 = 0.94;

impl Default for Camera {
    fn default() -> Self {
        Camera {
            zoom: 1.0,
            shift: (0.0, 0.0),
        }
    }
}

impl Camera {
    /// The drawing moves with the pointer.
    pub(super) fn moved(self, right: f32, down: f32) -> Self {
        Camera {
            shift: (self.shift.0 + right, self.shift.1 + down),
            ..self
        }
    }

    /// Nearer by `factor`; what is seen `from_middle` of the room stays where it is.
    pub(super) fn zoomed(self, factor: f32, from_middle: (f32, f32)) -> Self {
        let zoom = (self.zoom * factor).clamp(FARTHEST, NEAREST);
        let factor = zoom / self.zoom;
        let keep = |shift: f32, point: f32| point + (shift - point) * factor;
        Camera {
            zoom,
            shift: (
                keep(self.shift.0, from_middle.0),
                keep(self.shift.1, from_middle.1),
            ),
        }
    }

    /// The scale of a drawing in a room, and where its left upper corner goes.
    pub(super) fn view(self, drawing: (f32, f32), room: (f32, f32)) -> (f32, f32, f32) {
        let fit = (room.0 / drawing.0).min(room.1 / drawing.1) * FILL;
        let scale = fit * self.zoom;
        let corner = |room: f32, drawing: f32, shift: f32| (room - drawing * scale) / 2.0 + shift;
        (
            scale,
            corner(room.0, drawing.0, self.shift.0),
            corner(room.1, drawing.1, self.shift.1),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWING: (f32, f32) = (100.0, 50.0);
    const ROOM: (f32, f32) = (400.0, 400.0);

    #[test]
    fn at_first_the_drawing_is_seen_whole_and_centred() {
        let (scale, left, top) = Camera::default().view(DRAWING, ROOM);
        assert_eq!(scale, 4.0 * FILL);
        assert!(left > 0.0 && top > 0.0);
        assert!((left * 2.0 + 100.0 * scale - 400.0).abs() < 0.01);
        assert!((top * 2.0 + 50.0 * scale - 400.0).abs() < 0.01);
    }

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let pointer = (120.0, -75.0);
        let seen = |camera: Camera| {
            let (scale, left, top) = camera.view(DRAWING, ROOM);
            (
                (pointer.0 + 200.0 - left) / scale,
                (pointer.1 + 200.0 - top) / scale,
            )
        };
        let before = Camera::default().moved(13.0, 8.0);
        let after = before.zoomed(3.0, pointer);
        assert!((seen(before).0 - seen(after).0).abs() < 1e-3);
        assert!((seen(before).1 - seen(after).1).abs() < 1e-3);
    }

    #[test]
    fn zoom_has_limits() {
        let far = Camera::default().zoomed(1e-9, (0.0, 0.0));
        let near = Camera::default().zoomed(1e9, (0.0, 0.0));
        assert_eq!((far.zoom, near.zoom), (FARTHEST, NEAREST));
    }
}
