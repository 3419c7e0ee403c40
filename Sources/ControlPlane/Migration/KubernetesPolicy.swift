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
    /// Where the namespace stands, or, where none does, the metadata.
    var namespacePlace: KubernetesPlace
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
    /// Where it stands; nil for one that was left out.
    var place: KubernetesPlace?
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
