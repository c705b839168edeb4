/// The commands of the binary protocol, as a memcached 1.6 serves them.
package enum BinaryOpcode: UInt8, CaseIterable, Sendable {
    case get = 0x00, set, add, replace, delete, increment, decrement, quit, flush
    case getQuietly = 0x09, noOperation, version, getKey, getKeyQuietly, append, prepend
    case statistics = 0x10
    case setQuietly = 0x11, addQuietly, replaceQuietly, deleteQuietly, incrementQuietly
    case decrementQuietly = 0x16, quitQuietly, flushQuietly, appendQuietly, prependQuietly
    case touch = 0x1C, getAndTouch, getAndTouchQuietly
    case listMechanisms = 0x20, authenticate, authenticateStep
    case getKeyAndTouch = 0x23, getKeyAndTouchQuietly

    /// The same command with an answer for every outcome.
    package var loud: BinaryOpcode {
        switch self {
        case .getQuietly: .get
        case .getKeyQuietly: .getKey
        case .setQuietly: .set
        case .addQuietly: .add
        case .replaceQuietly: .replace
        case .deleteQuietly: .delete
        case .incrementQuietly: .increment
        case .decrementQuietly: .decrement
        case .quitQuietly: .quit
        case .flushQuietly: .flush
        case .appendQuietly: .append
        case .prependQuietly: .prepend
        case .getAndTouchQuietly: .getAndTouch
        case .getKeyAndTouchQuietly: .getKeyAndTouch
        default: self
        }
    }

    /// Whether the nominal outcome is not told: a miss of a get, the success of another.
    package var isQuiet: Bool { self != self.loud }

    /// Whether the bytes are joined to a value that is there.
    package var isJoin: Bool { self.loud == .append || self.loud == .prepend }
}

/// The outcomes that a response tells.
package enum BinaryStatus: UInt16, Sendable {
    case success = 0x00, keyNotFound, keyExists, valueTooLarge, invalidArguments, notStored
    case notANumber = 0x06
    case authenticationError = 0x20, authenticationContinues
    case unknownCommand = 0x81, outOfMemory

    /// The words that memcached puts into the body of an error.
    package var text: StaticString {
        switch self {
        case .success, .authenticationContinues: ""
        case .keyNotFound: "Not found"
        case .keyExists: "Data exists for key."
        case .valueTooLarge: "Too large."
        case .invalidArguments: "Invalid arguments"
        case .notStored: "Not stored."
        case .notANumber: "Non-numeric server-side value for incr or decr"
        case .authenticationError: "Auth failure."
        case .unknownCommand: "Unknown command"
        case .outOfMemory: "Out of memory"
        }
    }
}
