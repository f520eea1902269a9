# Puts absl_synchronization.cc into every program that is declared after this, and sends the calls of
# these functions of Debian's Abseil to it. Included by common/targets.cmake for ThreadSanitizer.
add_library(zhiping_tsan OBJECT ${CMAKE_CURRENT_LIST_DIR}/absl_synchronization.cc)
target_link_libraries(zhiping_tsan PUBLIC absl::synchronization)

foreach(function
    5Mutex4LockEv 5Mutex6UnlockEv 5Mutex7TryLockEv 5Mutex10ReaderLockEv 5Mutex12ReaderUnlockEv
    5Mutex8LockWhenERKNS0_9ConditionE
    5Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE
    5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE
    5Mutex5AwaitERKNS0_9ConditionE
    5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE
    5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE
    7CondVar4WaitEPNS0_5MutexE
    7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE
    7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE
    12Notification6NotifyEv
    15BlockingCounter14DecrementCountEv 15BlockingCounter4WaitEv)
  add_link_options(LINKER:--wrap=_ZN4absl7debian3${function})
endforeach()
foreach(function
    12Notification19WaitForNotificationEv
    12Notification30WaitForNotificationWithTimeoutENS0_8DurationE)
  add_link_options(LINKER:--wrap=_ZNK4absl7debian3${function})
endforeach()

set(program "$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>")
link_libraries($<${program}:$<TARGET_OBJECTS:zhiping_tsan>> $<${program}:absl::synchronization>)
