//! Streams compressed with gzip, Zstandard, bzip2 or xz, read as they come.
//!
//! Several streams one after another are one text: `cat a.gz b.gz`, and what parallel compressors write. The
//! memory that a stream may ask for is limited: 128 MiB, which covers `xz -9` and `zstd --ultra -22`.

use super::magic::Compression;
use lzma_rust2::XzReader;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};
use std::io::{self, BufRead, BufReader, Read};

/// The most memory that xz may take, in KiB: its window and what it works with. Zstandard has the same limit built in.
const XZ_MEMORY: u32 = 136 * 1024;

/// A reader of what is compressed in a stream, and what errors call that.
pub(super) fn unpacked<'r>(how: Compression, packed: impl Read + 'r) -> (Box<dyn Read + 'r>, &'static str) {
    let packed = BufReader::with_capacity(32 * 1024, packed);
    match how {
        Compression::Gzip => (Box::new(flate2::bufread::MultiGzDecoder::new(packed)), "gzip stream"),
        Compression::Bzip2 => (Box::new(bzip2::bufread::MultiBzDecoder::new(packed)), "bzip2 stream"),
        Compression::Xz => (Box::new(XzReader::new_mem_limit(packed, true, XZ_MEMORY)), "xz stream"),
        Compression::Zstd => (Box::new(Zstd { packed, decoder: FrameDecoder::new() }), "zstd stream"),
    }
}

/// The frames of a Zstandard file, one after another, without those that are to be skipped.
struct Zstd<R> {
    packed: R,
    decoder: FrameDecoder,
}

impl<R: BufRead> Read for Zstd<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        while self.decoder.can_collect() == 0 && !to.is_empty() {
            if !self.decoder.is_finished() {
                let one = BlockDecodingStrategy::UptoBlocks(1);
                self.decoder.decode_blocks(&mut self.packed, one).map_err(of_zstd)?;
            } else if !self.next_frame()? {
                return Ok(0);
            }
        }
        self.decoder.read(to)
    }
}

impl<R: BufRead> Zstd<R> {
    /// Begins the next frame; `false` when there is none.
    fn next_frame(&mut self) -> io::Result<bool> {
        let stated = self.decoder.get_checksum_from_data();
        if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum does not match"));
        }
        if self.packed.fill_buf()?.is_empty() {
            return Ok(false);
        }
        match self.decoder.reset(&mut self.packed) {
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                io::copy(&mut (&mut self.packed).take(length.into()), &mut io::sink())?;
                Ok(true)
            }
            begun => begun.map(|()| true).map_err(of_zstd),
        }
    }
}

/// What the reader below said, where that is behind it.
fn of_zstd(error: FrameDecoderError) -> io::Error {
    let mut inner: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(cause) = inner {
        if let Some(cause) = cause.downcast_ref::<io::Error>() {
            return io::Error::new(cause.kind(), cause.to_string());
        }
        inner = cause.source();
    }
    io::Error::other(error)
}
