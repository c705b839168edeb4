import SystemInterface
import Testing

@testable import DaemonKit

/// Descriptors that the manager kept. Its side is told in the scenario `story_30_restart`.
struct KeptDescriptorsTests {
    @Test func whatWasKeptIsTakenOnce() throws {
        let memory = try SharedMemory(byteCount: 4_096)
        let number = try RawDescriptor.duplicate(memory.descriptorNumber)
        #expect(RawDescriptor.isRegularFile(number))
        let kept = KeptDescriptors([("items", number)])
        #expect(Self.take("others", kept) == nil)
        #expect(Self.take("items", kept) == number)
        RawDescriptor.close(number)
        #expect(Self.take("items", kept) == nil)
    }

    private static func take(_ name: String, _ kept: KeptDescriptors) -> Int32? {
        guard let descriptor = kept.take(name) else { return nil }
        return descriptor.take()
    }

    @Test func whatNobodyTakesIsClosed() throws {
        let memory = try SharedMemory(byteCount: 4_096)
        let number = try RawDescriptor.duplicate(memory.descriptorNumber)
        KeptDescriptors([("old", number)]).forgetOthers()
        #expect(!RawDescriptor.isRegularFile(number))
    }

    @Test func aSocketIsNoFile() throws {
        let ends = try SocketPair()
        #expect(!RawDescriptor.isRegularFile(ends.first))
        #expect(!RawDescriptor.isRegularFile(9_999))
    }

    @Test func memoryThatWasKeptHoldsWhatItHeld() throws {
        let first = try SharedMemory(byteCount: 8_192)
        unsafe first.bytes.storeBytes(of: 42, toByteOffset: 4_096, as: UInt64.self)
        let copy = Descriptor(adopting: try RawDescriptor.duplicate(first.descriptorNumber))
        let second = try SharedMemory(adopting: copy, orAtLeast: 16_384)
        second.expectUse()
        #expect(unsafe second.bytes.count == 16_384)
        #expect(unsafe second.bytes.load(fromByteOffset: 4_096, as: UInt64.self) == 42)
    }
}
