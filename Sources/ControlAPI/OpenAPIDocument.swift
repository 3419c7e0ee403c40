/// The description of the control interface, as the daemon serves it at `/v1/openapi.yaml`.
public enum OpenAPIDocument {
    /// The document: OpenAPI 3.1 in YAML, UTF-8. Its one source is `openapi.yaml` in this folder.
    public static let bytes: [UInt8] = PackageResources.openapi_yaml

    /// The document as text.
    public static var text: String { String(decoding: bytes, as: UTF8.self) }
}
