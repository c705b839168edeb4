import HTTPProtocol
import HTTPTransport

extension ServerSettings {
    /// How connections are read before it is known which server and location a request is for.
    init(_ connection: ConnectionSettings, dialect: ConfigurationDialect) {
        self.init()
        self.limits.requestLineByteCountMax = connection.headerLineByteCountMax
        self.limits.fieldLineByteCountMax = connection.headerLineByteCountMax
        self.limits.headByteCountMax = connection.headerByteCountMax
        self.limits.fieldCountMax = connection.headerFieldCountMax
        self.headerTimeout = connection.headerTimeout
        self.serverToken = ProgramVersion.signature
        // nginx says it to everybody, httpd to those who ask.
        self.saysKeepAlive = dialect == .nginx
    }
}
