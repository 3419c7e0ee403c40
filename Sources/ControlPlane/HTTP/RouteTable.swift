import ControlAPI
import Hummingbird
import Logging

/// Answers every request: by its route's handler, or with a problem document.
package struct RouteTable: HTTPResponder {
    /// Nothing about a request but the request matters here.
    package typealias Context = BasicRequestContext
    typealias Handler = @Sendable (RouteRequest) async throws -> Response

    private let handlers: [Route: Handler]

    /// The routes of `controller`.
    package init(_ controller: SwitchController) {
        var handlers: [Route: Handler] = [:]
        let nouns: [any RouteGroup] = [
            DaemonRoutes(controller: controller), NetworkRoutes(controller: controller),
            PortRoutes(controller: controller), PolicyRoutes(controller: controller),
            WatchingRoutes(controller: controller), CaptureRoutes(controller: controller),
        ]
        for noun in nouns {
            handlers.merge(noun.handlers) { first, _ in first }
        }
        self.handlers = handlers
    }

    /// The routes that are answered.
    package var routes: Set<Route> { Set(handlers.keys) }

    /// The answer to `request`.
    package func respond(
        to request: Request, context: BasicRequestContext
    ) async throws -> Response {
        do {
            return try await answer(request)
        } catch let problem as Problem {
            return Self.response(problem, request)
        } catch {
            context.logger.error("a request failed", metadata: ["error": "\(error)"])
            return Self.response(Problem(.failed, "The daemon failed: \(error)."), request)
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        switch RouteMatch(request.method.rawValue, request.uri.path) {
        case .found(let route, let word):
            guard let handler = handlers[route] else { throw Problem.noRoute(request.uri.path) }
            guard let query = PercentCoding.query(request.uri.query) else {
                throw Problem(.invalidRequest, "The query is not percent-encoded UTF-8.")
            }
            return try await handler(RouteRequest(request: request, word: word, query: query))
        case .otherMethods(let methods):
            throw Problem.methodNotAllowed(request.method.rawValue, methods)
        case .none: throw Problem.noRoute(request.uri.path)
        }
    }

    private static func response(_ problem: Problem, _ request: Request) -> Response {
        var problem = problem
        problem.instance = request.uri.path
        var headers: HTTPFields = [.contentType: Problem.mediaType]
        if problem.status == 405,
            case .otherMethods(let methods) = RouteMatch(
                request.method.rawValue, request.uri.path)
        {
            headers[.allow] = methods.joined(separator: ", ")
        }
        // Of a body that is too large, the rest is not read.
        if problem.status == 413 { headers[.connection] = "close" }
        let bytes = (try? ControlJSON.encode(problem)) ?? []
        return Response(
            status: .init(code: problem.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

/// The routes of one noun.
protocol RouteGroup {
    /// What answers each of them.
    var handlers: [Route: RouteTable.Handler] { get }
}

extension Response {
    /// A value in JSON.
    init(json value: some Encodable, status: HTTPResponse.Status = .ok) throws {
        self.init(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try ControlJSON.encode(value))))
    }
}

extension Problem {
    fileprivate static func noRoute(_ path: String) -> Problem {
        Problem(
            .notFound, "There is nothing at '\(path)'.",
            hint: "The routes are described at /v1/openapi.yaml.")
    }

    fileprivate static func methodNotAllowed(_ method: String, _ allowed: [String]) -> Problem {
        var problem = Problem(
            .invalidRequest,
            "'\(method)' is not allowed here; allowed: \(allowed.joined(separator: ", ")).",
            hint: "The routes are described at /v1/openapi.yaml.")
        problem.type = "urn:vswitch:problem:method-not-allowed"
        problem.title = "Method not allowed"
        problem.status = 405
        return problem
    }
}
