//! LEB128 numbers of 32 bits, as the linker pads them and as they are written shortest.

/// Reads an unsigned number, padded or not; returns it with its length in bytes. Signed numbers are read with the same
/// function and cast: the linker pads both to 32 bits.
pub(crate) fn read_unsigned(bytes: &[u8]) -> Option<(u32, usize)> {
    let mut value = 0u64;
    for (position, &byte) in bytes.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte & 0x80 == 0 {
            return Some((value as u32, position + 1));
        }
    }
    None
}

/// Reads a signed number, padded or not; returns it with its length in bytes.
pub(crate) fn read_signed(bytes: &[u8]) -> Option<(i32, usize)> {
    let (value, length) = read_unsigned(bytes)?;
    let unused = 32u32.saturating_sub(7 * length as u32);
    Some((((value << unused) as i32) >> unused, length))
}

/// Writes an unsigned number, shortest form.
pub(crate) fn write_unsigned(out: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Writes a signed number, shortest form.
pub(crate) fn write_signed(out: &mut Vec<u8>, mut value: i32) {
    loop {
        let byte = value as u8 & 0x7f;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        for value in [0, 1, -1, 63, 64, -64, -65, 8191, -8193, i32::MAX, i32::MIN] {
            let mut bytes = Vec::new();
            write_signed(&mut bytes, value);
            assert_eq!(read_signed(&bytes), Some((value, bytes.len())));
            bytes.clear();
            write_unsigned(&mut bytes, value as u32);
            assert_eq!(read_unsigned(&bytes), Some((value as u32, bytes.len())));
        }
    }

    #[test]
    fn padding_is_read() {
        assert_eq!(read_unsigned(&[0x83, 0x80, 0x80, 0x80, 0x00]), Some((3, 5)));
        assert_eq!(read_signed(&[0xff, 0xff, 0xff, 0xff, 0x7f]), Some((-1, 5)));
        assert_eq!(read_unsigned(&[0x80, 0x80]), None);
    }
}
