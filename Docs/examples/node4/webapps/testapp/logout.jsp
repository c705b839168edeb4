<%@ page language="java" contentType="text/plain; charset=UTF-8" %><%
    session.invalidate();
%><%@ include file="node.jspf" %> the session has ended
