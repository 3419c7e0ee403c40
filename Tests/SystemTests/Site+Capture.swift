import Foundation
import Testing

extension Site {
    /// Runs traffic while a capture of `one` is written to a file; answers the file.
    func capture(_ options: [String], _ traffic: () throws -> Void) throws -> String {
        let file = host.folder.appending(path: "capture.pcapng").path
        let command = [VSwctl.program, "capture", "one", "--write", file] + options
        let capture = try Background(command, environment: control.environment)
        #expect(waitUntil(seconds: 5) { FileManager.default.fileExists(atPath: file) })
        usleep(300_000)
        try traffic()
        usleep(500_000)
        let end = capture.end(seconds: 0) ?? interrupt(capture)
        #expect(end?.status == 0, "\(end?.description ?? capture.errors)")
        return file
    }

    /// As Ctrl-C does.
    private func interrupt(_ capture: Background) -> ShellResult? {
        capture.interrupt()
        return capture.end(seconds: 5)
    }
}
