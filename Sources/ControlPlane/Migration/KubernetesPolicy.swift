import ControlAPI
import Packet
import PolicyEngine

/// A NetworkPolicy of Kubernetes (networking.k8s.io/v1), as far as it decides about traffic.
struct KubernetesPolicy {
    /// `metadata.name`.
    var name: String
    /// `metadata.namespace`; `default` where there is none.
    var namespace: String
    /// Where it begins.
    var place: KubernetesPlace
    /// `spec.podSelector`: whom it is about.
    var subject: KubernetesSelector
    /// What may come in; nil when the policy does not speak of that direction.
    var ingress: [KubernetesRule]?
    /// What may go out; nil when the policy does not speak of that direction.
    var egress: [KubernetesRule]?
}

/// One item of `ingress` or `egress`.
struct KubernetesRule {
    /// `from` or `to`; empty means everybody.
    var peers: [KubernetesPeer]
    /// `ports`; empty means every service, also of protocols without ports.
    var services: [ServiceRange]
    /// Where it begins.
    var place: KubernetesPlace
}

/// One item of `from` or `to`.
enum KubernetesPeer {
    /// `namespaceSelector` and `podSelector`; without the first, pods of the policy's namespace.
    case pods(namespaces: KubernetesSelector?, pods: KubernetesSelector?)
    /// `ipBlock`.
    case block(IPPrefix, except: [IPPrefix])
}

/// A label selector; all requirements must hold, and without any everything is selected.
struct KubernetesSelector {
    var requirements: [KubernetesRequirement] = []
}

/// One label of `matchLabels`, or one item of `matchExpressions`.
struct KubernetesRequirement {
    /// The operators of `matchExpressions`; `matchLabels` means `in` with one value.
    enum Operator: String, CaseIterable {
        case isIn = "In"
        case isNotIn = "NotIn"
        case exists = "Exists"
        case doesNotExist = "DoesNotExist"
    }

    var key: String
    var relation: Operator
    var values: [String] = []
    var place: KubernetesPlace
}

/// A place in one of the files.
struct KubernetesPlace: Hashable {
    /// The index of the file.
    var file: Int
    /// The line, from 1.
    var line: Int
    /// The column, from 1.
    var column: Int
}

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
