import ControlAPI

/// Collects what cannot be translated, and what is worth a remark.
struct KubernetesFaults {
    private let files: [PolicyFileText]
    /// What cannot be translated, and why.
    private(set) var errors: [PolicyFault] = []
    /// What has no effect.
    private(set) var notes: [PolicyFault] = []

    /// The most faults that are told.
    static let countMax = 100

    init(_ files: [PolicyFileText]) { self.files = files }

    /// Notes that what stands at `place` cannot be translated, and what to do.
    mutating func refuse(_ place: KubernetesPlace, _ message: String, hint: String) {
        guard errors.count < Self.countMax else { return }
        errors.append(fault(place, message, hint: hint))
    }

    /// Notes that what stands at `place` is harmless, but perhaps not what was meant.
    mutating func remark(_ place: KubernetesPlace, _ message: String) {
        guard notes.count < Self.countMax else { return }
        notes.append(fault(place, message, hint: nil))
    }

    /// `np.yaml:12`.
    func name(of place: KubernetesPlace) -> String { "\(files[place.file].path):\(place.line)" }

    private func fault(
        _ place: KubernetesPlace, _ message: String, hint: String?
    ) -> PolicyFault {
        let file = files[place.file]
        var fault = PolicyFault(
            path: file.path, line: place.line, column: place.column, message: message)
        fault.hint = hint
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
        // A line of a generated file may be as long as the file.
        if lines.indices.contains(place.line - 1) {
            fault.sourceLine = String(lines[place.line - 1].prefix(200))
        }
        return fault
    }
}
