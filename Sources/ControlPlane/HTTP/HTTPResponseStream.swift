import NIOCore
import NIOHTTP1

/// The client's end of an answer that is made as time goes on.
package struct HTTPResponseStream: Sendable {
    private let channel: any Channel
    private let stop: StopSignal

    /// The stream into `channel`, whose head has been sent.
    init(_ channel: any Channel, _ stop: StopSignal) {
        self.channel = channel
        self.stop = stop
    }

    /// Whether the server stops: what is still to be said has to be said at once.
    package var isStopping: Bool { stop.isRaised }

    /// Sends `bytes`; returns when the kernel has them all, so a slow client slows its sender.
    package func write(_ bytes: [UInt8]) async throws {
        let part = HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))
        try await channel.writeAndFlush(part).get()
    }
}
