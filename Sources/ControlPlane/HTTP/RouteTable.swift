import ControlAPI
import Logging

/// Answers every request: by its route's handler, or with a problem document.
package struct RouteTable: HTTPResponder {
    typealias Handler = @Sendable (RouteRequest) async throws -> HTTPResponse

    /// The largest body of most requests, in bytes.
    private static let bodyByteCountMax = 2 << 20
    /// The largest body of a request that carries policy files, in bytes.
    private static let policyByteCountMax = 8 << 20

    private let handlers: [Route: Handler]
    private let logger: Logger

    /// The routes of `controller`.
    package init(_ controller: SwitchController) {
        var handlers: [Route: Handler] = [:]
        let nouns: [any RouteGroup] = [
            DaemonRoutes(controller: controller), NetworkRoutes(controller: controller),
            PortRoutes(controller: controller), PolicyRoutes(controller: controller),
            PolicyToolRoutes(controller: controller),
            WatchingRoutes(controller: controller), CaptureRoutes(controller: controller),
            OverlayRoutes(controller: controller), DirectoryRoutes(controller: controller),
        ]
        for noun in nouns {
            handlers.merge(noun.handlers) { first, _ in first }
        }
        self.handlers = handlers
        logger = controller.logger
    }

    /// The routes that are answered.
    package var routes: Set<Route> { Set(handlers.keys) }

    package func bodyByteCountMax(of request: HTTPRequest) -> Int {
        switch RouteMatch(request.method, request.path) {
        case .found(.checkPolicy, _), .found(.applyPolicy, _), .found(.diffPolicy, _),
            .found(.importPolicy, _):
            Self.policyByteCountMax
        case .found(.replayPolicy, _): PolicyToolRoutes.replayByteCountMax
        default: Self.bodyByteCountMax
        }
    }

    /// The answer to `request`.
    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        do {
            return try await answer(request)
        } catch let problem as Problem {
            return HTTPResponse(problem, at: request.path)
        } catch {
            logger.error("a request failed", metadata: ["error": "\(error)"])
            return HTTPResponse(Problem(.failed, "The daemon failed: \(error)."), at: request.path)
        }
    }

    private func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
        switch RouteMatch(request.method, request.path) {
        case .found(let route, let word):
            guard let handler = handlers[route] else { throw Problem.noRoute(request.path) }
            guard let query = PercentCoding.query(request.query) else {
                throw Problem(.invalidRequest, "The query is not percent-encoded UTF-8.")
            }
            return try await handler(RouteRequest(request: request, word: word, query: query))
        case .otherMethods(let methods): return Self.methodNotAllowed(request, methods)
        case .none: throw Problem.noRoute(request.path)
        }
    }

    /// A refusal that names the methods the path has (RFC 9110 §15.5.6).
    private static func methodNotAllowed(
        _ request: HTTPRequest, _ methods: [String]
    ) -> HTTPResponse {
        let allowed = methods.joined(separator: ", ")
        let problem = Problem(
            .methodNotAllowed, "'\(request.method)' is not allowed here; allowed: \(allowed).",
            hint: Problem.routesHint)
        var response = HTTPResponse(problem, at: request.path)
        response.headers.add(name: "allow", value: allowed)
        return response
    }
}

/// The routes of one noun.
protocol RouteGroup {
    /// What answers each of them.
    var handlers: [Route: RouteTable.Handler] { get }
}

extension Problem {
    fileprivate static let routesHint = "The routes are described at /v1/openapi.yaml."

    fileprivate static func noRoute(_ path: String) -> Problem {
        Problem(.notFound, "There is nothing at '\(path)'.", hint: routesHint)
    }
}
